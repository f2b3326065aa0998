"""Every sentence and button a person sees; one file a noun, pure functions."""
