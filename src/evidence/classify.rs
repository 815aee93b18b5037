//! What a file is: by the pattern of its name, and by its structure.
