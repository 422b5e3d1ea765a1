"""What a pack holds beside one person's aid: funding, funds, targets, published figures."""
