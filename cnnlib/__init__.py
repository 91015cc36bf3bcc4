"""From the perceptron to a trained CNN: every gradient derived, coded, checked and seen."""
