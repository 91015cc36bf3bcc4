"""Interactive views of the lectures: point at a number and see what it touches, change it and see what follows."""

from cnnlib.explorers.boards import Board, conv1d_board, conv2d_board
from cnnlib.explorers.kernels import KernelExplorer, kernel_explorer
from cnnlib.explorers.perceptron import PerceptronExplorer, perceptron_explorer

__all__ = [
    "Board",
    "KernelExplorer",
    "PerceptronExplorer",
    "conv1d_board",
    "conv2d_board",
    "kernel_explorer",
    "perceptron_explorer",
]
