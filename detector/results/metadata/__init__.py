"""What a page says about itself: title, authors, dates and so on, each with its source."""
