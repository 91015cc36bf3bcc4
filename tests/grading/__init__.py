"""What the tests of grading grade: notebooks built in code, honest ones and hostile ones."""
