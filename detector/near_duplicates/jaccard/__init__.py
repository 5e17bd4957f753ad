"""From candidate pairs to pairs with their exact Jaccard similarity."""
