"""Which operations a SavedModel may hold: arithmetic and its bookkeeping, and nothing else.

A graph is a program. Operations of TensorFlow read and write files, open connections, start
processes and call Python; so a graph is run only if every one of its operations, and those of all
functions in its library, is known to stay within its tensors and variables. What saves and loads
the checkpoint is left out: the functions that the saver alone calls are never called here.
"""

from pathlib import Path
from typing import Any

from chromolens.errors import BadInput

ALLOWED = frozenset(
    (
        # arithmetic
        "Abs Acos Acosh Add AddN AddV2 All Angle Any ArgMax ArgMin Asin Asinh Atan Atan2 "
        "Atanh BatchMatMul BatchMatMulV2 BatchMatMulV3 Betainc Bincount BitwiseAnd BitwiseOr "
        "BitwiseXor Bucketize Cast Ceil ClipByValue Complex ComplexAbs Conj Cos Cosh Cross "
        "Cumprod Cumsum CumulativeLogsumexp DenseBincount Digamma Div DivNoNan Einsum Equal "
        "Erf Erfc Erfinv EuclideanNorm Exp Expm1 FFT FFT2D Floor FloorDiv FloorMod Greater "
        "GreaterEqual IFFT IRFFT Igamma Igammac Imag Invert IsFinite IsInf IsNan L2Loss "
        "LeftShift Less LessEqual Lgamma Log Log1p LogicalAnd LogicalNot LogicalOr MatMul Max "
        "Maximum Mean Min Minimum Mod Mul MulNoNan Ndtri Neg NextAfter NotEqual Pow Prod RFFT "
        "Range Real RealDiv Reciprocal RightShift Rint Round Rsqrt SegmentMax SegmentMean "
        "SegmentMin SegmentProd SegmentSum Select SelectV2 Sigmoid Sign Sin Sinh Sqrt Square "
        "SquaredDifference Sub Sum Tan Tanh TruncateDiv TruncateMod UnsortedSegmentMax "
        "UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum Xdivy Xlog1py Xlogy Zeta "
        # arrays
        "BatchToSpace BatchToSpaceND Bitcast BroadcastArgs BroadcastTo Concat ConcatOffset "
        "ConcatV2 Const DepthToSpace Diag DiagPart DynamicPartition DynamicStitch EnsureShape "
        "ExpandDims Fill Gather GatherNd GatherV2 Identity IdentityN InvertPermutation "
        "LinSpace LowerBound MatrixBandPart MatrixDiag MatrixDiagPart MatrixDiagPartV3 "
        "MatrixDiagV3 MatrixSetDiag MatrixSetDiagV3 MirrorPad OneHot OnesLike Pack Pad PadV2 "
        "ParallelConcat Placeholder PlaceholderWithDefault PreventGradient Rank Reshape "
        "ResourceGather ResourceGatherNd Reverse ReverseSequence ReverseV2 Roll ScatterNd "
        "SearchSorted Shape ShapeN Size Slice Snapshot SpaceToBatch SpaceToBatchND "
        "SpaceToDepth Split SplitV Squeeze StopGradient StridedSlice TensorScatterAdd "
        "TensorScatterMax TensorScatterMin TensorScatterSub TensorScatterUpdate "
        "TensorStridedSliceUpdate Tile TopK TopKV2 Transpose Unique UniqueV2 Unpack "
        "UpperBound Where ZerosLike "
        # linear algebra
        "Cholesky LogMatrixDeterminant MatrixDeterminant MatrixInverse MatrixSolve "
        "MatrixTriangularSolve Qr SelfAdjointEigV2 Svd "
        # networks
        "AvgPool AvgPool3D BiasAdd BiasAddV1 Conv Conv1D Conv2D Conv2DBackpropInput Conv3D "
        "Conv3DBackpropInputV2 CropAndResize CudnnRNN CudnnRNNCanonicalToParams "
        "CudnnRNNCanonicalToParamsV2 CudnnRNNV2 CudnnRNNV3 DepthwiseConv2dNative Dilation2D "
        "Elu FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars "
        "FakeQuantWithMinMaxVarsPerChannel FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 "
        "InTopKV2 LRN LeakyRelu LogSoftmax MaxPool MaxPool3D MaxPoolV2 MaxPoolWithArgmax "
        "NthElement Relu Relu6 ResizeBicubic ResizeBilinear ResizeNearestNeighbor Selu "
        "Softmax SoftmaxCrossEntropyWithLogits Softplus Softsign "
        "SparseSoftmaxCrossEntropyWithLogits _FusedConv2D _FusedMatMul "
        # their gradients, which saved functions bring along
        "AvgPoolGrad BiasAddGrad BroadcastGradientArgs Conv2DBackpropFilter CudnnRNNBackprop "
        "CudnnRNNBackpropV2 CudnnRNNBackpropV3 DepthwiseConv2dNativeBackpropFilter "
        "DepthwiseConv2dNativeBackpropInput EluGrad FusedBatchNormGradV3 LeakyReluGrad "
        "MaxPoolGrad MirrorPadGrad ReciprocalGrad Relu6Grad ReluGrad RsqrtGrad SeluGrad "
        "SigmoidGrad SoftplusGrad SoftsignGrad SqrtGrad StridedSliceGrad TanhGrad "
        # control flow, functions, lists of tensors
        "AccumulateNV2 Assert Case ControlTrigger Empty EmptyTensorList Enter Exit If "
        "LoopCond Merge NextIteration NoOp PartitionedCall StatefulPartitionedCall "
        "StatelessCase StatelessIf StatelessWhile Switch TensorListConcatV2 "
        "TensorListElementShape TensorListFromTensor TensorListGather TensorListGetItem "
        "TensorListLength TensorListPopBack TensorListPushBack TensorListReserve "
        "TensorListResize TensorListScatterIntoExistingList TensorListScatterV2 "
        "TensorListSetItem TensorListSplit TensorListStack While "
        # variables
        "AssignAddVariableOp AssignSubVariableOp AssignVariableOp DestroyResourceOp "
        "ReadVariableOp ResourceScatterAdd ResourceScatterUpdate VarHandleOp "
        "VarIsInitializedOp VariableShape "
        # what is drawn
        "Multinomial RandomGamma RandomShuffle RandomStandardNormal RandomUniform "
        "RandomUniformInt RngReadAndSkip StatefulStandardNormalV2 StatefulUniform "
        "StatelessRandomGetAlg StatelessRandomGetKeyCounter StatelessRandomNormal "
        "StatelessRandomNormalV2 StatelessRandomUniform StatelessRandomUniformInt "
        "StatelessRandomUniformIntV2 StatelessRandomUniformV2 StatelessTruncatedNormal "
        "StatelessTruncatedNormalV2 TruncatedNormal "
    ).split()
)


def check_operations(folder: Path) -> None:
    """BadInput where the SavedModel in ``folder`` holds an operation that isn't ``ALLOWED``."""
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    try:
        saved = SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    except DecodeError as error:
        raise BadInput("saved_model.pb is damaged", where=str(folder)) from error
    graphs = list(saved.meta_graphs)
    if len(graphs) != 1 or not graphs[0].object_graph_def.nodes:
        raise BadInput(
            "the SavedModel is not of TensorFlow 2: loading it would run what it says",
            expected="one graph, with its objects",
            where=str(folder),
            remedy="load it in TensorFlow and export it with tf.saved_model.save",
        )
    found = sorted(_operations(graphs[0]) - ALLOWED)
    if found:
        raise BadInput(
            f"the SavedModel holds operations that no network needs: {', '.join(found)[:300]}",
            expected="arithmetic: operations might read or write files, or run programs",
            where=str(folder),
            remedy="export the network without them, or save its layers (.keras)",
        )


def _operations(graph: Any) -> set[str]:
    """Names of all operations but the saver's own; calls of the library's functions aside."""
    library = {one.signature.name: one for one in graph.graph_def.library.function}
    calls = {name: _called(one.node_def, library) for name, one in library.items()}
    nodes = {node.name: node for node in graph.graph_def.node}
    ends = (graph.saver_def.save_tensor_name, graph.saver_def.restore_op_name)
    saving = _upstream({_node(name) for name in ends}, nodes)
    rest = [node for name, node in nodes.items() if name not in saving]
    kept = _closure(set(graph.object_graph_def.concrete_functions) & set(library), calls)
    kept |= _closure(_called(rest, library), calls)
    own = _closure(_called([nodes[name] for name in saving], library), calls) - kept
    rest += [node for name in library.keys() - own for node in library[name].node_def]
    return {node.op for node in rest} - set(library)


def _called(nodes: list, library: dict) -> set[str]:
    """Functions of ``library`` that ``nodes`` name, as operations or as what they call."""
    found = {node.op for node in nodes}
    for value in (value for node in nodes for value in node.attr.values()):
        found |= {value.func.name, *(function.name for function in value.list.func)}
    return found & set(library)


def _closure(names: set[str], following: dict[str, set[str]]) -> set[str]:
    found, left = set(), set(names)
    while left:
        found |= left
        left = set().union(*(following[name] for name in left)) - found
    return found


def _upstream(names: set[str], nodes: dict) -> set[str]:
    """The nodes ``names`` and all that they wait for."""
    inputs = {
        name: {_node(one) for one in node.input} & set(nodes) for name, node in nodes.items()
    }
    return _closure(names & set(nodes), inputs)


def _node(tensor: str) -> str:
    return tensor.lstrip("^").split(":")[0]
