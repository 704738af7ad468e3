"""What the project is measured against, and on what: each module is one contestant or one part of the course."""
