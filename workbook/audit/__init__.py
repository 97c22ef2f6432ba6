"""What works on any xlsx, this project's or a stranger's: each tool is a module of its own."""
