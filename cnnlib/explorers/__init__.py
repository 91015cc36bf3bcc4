"""Interactive views of the lectures: point at a number and see what it touches, change it and see what follows."""

from cnnlib.explorers.activations import activation_explorer
from cnnlib.explorers.backprop import depth_explorer, descent_explorer
from cnnlib.explorers.boards import Board, conv1d_board, conv2d_board
from cnnlib.explorers.digit import DigitExplorer, digit_explorer
from cnnlib.explorers.graph_walk import graph_explorer
from cnnlib.explorers.kernels import KernelExplorer, kernel_explorer
from cnnlib.explorers.located import class_map_explorer
from cnnlib.explorers.perceptron import PerceptronExplorer, perceptron_explorer
from cnnlib.explorers.pooling import PoolingExplorer, pooling_explorer
from cnnlib.explorers.roads import residual_explorer
from cnnlib.explorers.softmax import softmax_explorer
from cnnlib.explorers.transposed import TransposedExplorer, transposed_explorer
from cnnlib.explorers.xor import xor_trainer

__all__ = [
    "Board",
    "DigitExplorer",
    "KernelExplorer",
    "PerceptronExplorer",
    "PoolingExplorer",
    "TransposedExplorer",
    "activation_explorer",
    "class_map_explorer",
    "conv1d_board",
    "conv2d_board",
    "depth_explorer",
    "descent_explorer",
    "digit_explorer",
    "graph_explorer",
    "kernel_explorer",
    "perceptron_explorer",
    "pooling_explorer",
    "residual_explorer",
    "softmax_explorer",
    "transposed_explorer",
    "xor_trainer",
]
