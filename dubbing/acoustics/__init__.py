"""What can be measured of speech without a model: pitch, prosody, formants."""
