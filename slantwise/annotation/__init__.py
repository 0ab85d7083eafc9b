"""From judgements to hand labels and back: drawing what to label, reading labels, agreement, how right a model is."""
