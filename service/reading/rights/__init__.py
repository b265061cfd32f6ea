"""What the pages of rights show, read for one audience from one view of the index."""
