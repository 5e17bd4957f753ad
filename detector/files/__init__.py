"""Files that appear only when they are whole, and what is read from files, checked."""
