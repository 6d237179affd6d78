"""Messages -> answers: keeps the documents and their projects, and asks the features."""
