"""What a person looks at: the report page now; preview and review as they come."""
