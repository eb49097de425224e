"""The pages: each shows what a `hub` function gives, each form does what one does."""
