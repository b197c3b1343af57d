/** Opsets of ONNX that onnxruntime-web 1.30 runs and whose operators were looked through for the list below. */
export const OPSETS = { first: 13, last: 22 } as const;

/**
 * What a network for one level may be made of: operators that onnxruntime-web's WASM build runs, of ONNX's own domain. Left out are
 * those that steer (If, Loop, Scan), so that no file can make a run endless or let its work depend on the picture; random ones, so that
 * the same level gets the same answer twice; and those for text, sequences, audio and boxes, which a network for voxels does not need.
 */
export const ALLOWED_OPERATORS: ReadonlySet<string> = new Set([
  // Value by value
  'Abs', 'Add', 'And', 'Ceil', 'Celu', 'Clip', 'Cos', 'Div', 'Dropout', 'Elu', 'Equal', 'Erf', 'Exp', 'Floor', 'Gelu', 'Greater',
  'GreaterOrEqual', 'HardSigmoid', 'Identity', 'IsInf', 'IsNaN', 'LeakyRelu', 'Less', 'LessOrEqual', 'Log', 'Max', 'Mean', 'Min', 'Mod', 'Mul',
  'Neg', 'Not', 'Or', 'PRelu', 'Pow', 'Reciprocal', 'Relu', 'Round', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Softplus', 'Softsign',
  'Sqrt', 'Sub', 'Sum', 'Tanh', 'Where', 'Xor',
  // Convolution, pooling, normalisation
  'AveragePool', 'BatchNormalization', 'Conv', 'ConvTranspose', 'GlobalAveragePool', 'GlobalMaxPool', 'InstanceNormalization', 'LRN',
  'LayerNormalization', 'MaxPool', 'MeanVarianceNormalization', 'Resize',
  // Matrices, sums, choices
  'ArgMax', 'ArgMin', 'CumSum', 'Einsum', 'Gemm', 'LogSoftmax', 'MatMul', 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp',
  'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSum', 'ReduceSumSquare', 'Softmax', 'TopK',
  // Shapes and types
  'Cast', 'Concat', 'Constant', 'ConstantOfShape', 'DepthToSpace', 'Expand', 'Flatten', 'Gather', 'GatherElements', 'GatherND', 'Pad',
  'Range', 'Reshape', 'Shape', 'Size', 'Slice', 'SpaceToDepth', 'Split', 'Squeeze', 'Tile', 'Transpose', 'Trilu', 'Unsqueeze',
  // Whole numbers for weights
  'DequantizeLinear', 'QuantizeLinear',
]);
