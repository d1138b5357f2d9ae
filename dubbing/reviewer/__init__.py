"""What a reviewer works with: a preview that opens anywhere, a live page, and what comes back."""
