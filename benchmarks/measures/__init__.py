"""What every published number is: the measures, and the floors under them."""
