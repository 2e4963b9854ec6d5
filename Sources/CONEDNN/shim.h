// Convolutions of one band of one image, channels innermost, through oneDNN.
//
// oneDNN's interface changed between versions 2 and 3, and much of it consists of macros and structures
// that Swift cannot import: this is the part that is needed, in both.
#pragma once
#include <dnnl.h>
#include <stdlib.h>
#include <string.h>

// Of OpenMP, with which Debian builds oneDNN.
void omp_set_num_threads(int);

// The calling thread computes alone: who calls has threads of its own.
static inline void onednn_compute_alone(void) { omp_set_num_threads(1); }

enum onednn_direction {
  ONEDNN_FORWARD,
  // From the gradient of the output to that of the input.
  ONEDNN_BACKWARD,
  // From input and the gradient of the output to that of the weights.
  ONEDNN_WEIGHTS
};

// Extents of what a convolution reads and makes.
typedef struct {
  int64_t inputChannels, inputRows, inputColumns;
  int64_t outputChannels, outputRows, outputColumns;
  int64_t filterRows, filterColumns, strideRows, strideColumns;
  int64_t paddingTop, paddingLeft, paddingBottom, paddingRight;
} onednn_extents;

typedef struct {
  int direction;
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_t convolution;
  // Between weights as they are kept and as the convolution wants them.
  dnnl_primitive_t reordering;
  dnnl_memory_desc_t input, output, weights, packed;
  // Working memory is given by who calls: oneDNN's own belongs to the thread that made a primitive.
  dnnl_memory_desc_t scratch, reorderingScratch;
  size_t packedBytes, scratchBytes;
} onednn_convolution;

#if DNNL_VERSION_MAJOR >= 3
#define ONEDNN_DESC(desc) (desc)
static inline void onednn_forget(dnnl_memory_desc_t desc) {
  if (desc) dnnl_memory_desc_destroy(desc);
}
static inline dnnl_status_t onednn_describe(
    dnnl_memory_desc_t *desc, int count, const int64_t *extents, const int64_t *strides) {
  return strides ? dnnl_memory_desc_create_with_strides(desc, count, extents, dnnl_f32, strides)
                 : dnnl_memory_desc_create_with_tag(
                       desc, count, extents, dnnl_f32, dnnl_format_tag_any);
}
static inline dnnl_status_t onednn_keep(
    dnnl_memory_desc_t *desc, dnnl_primitive_desc_t primitive, dnnl_query_t what) {
  return dnnl_memory_desc_clone(desc, dnnl_primitive_desc_query_md(primitive, what, 0));
}
#else
#define ONEDNN_DESC(desc) (&(desc))
static inline void onednn_forget(dnnl_memory_desc_t desc) { (void)desc; }
static inline dnnl_status_t onednn_describe(
    dnnl_memory_desc_t *desc, int count, const int64_t *extents, const int64_t *strides) {
  return strides ? dnnl_memory_desc_init_by_strides(desc, count, extents, dnnl_f32, strides)
                 : dnnl_memory_desc_init_by_tag(
                       desc, count, extents, dnnl_f32, dnnl_format_tag_any);
}
static inline dnnl_status_t onednn_keep(
    dnnl_memory_desc_t *desc, dnnl_primitive_desc_t primitive, dnnl_query_t what) {
  *desc = *dnnl_primitive_desc_query_md(primitive, what, 0);
  return dnnl_success;
}
#endif

// Describes the primitive of a direction; backward ones want to know the forward one.
static inline dnnl_status_t onednn_describe_convolution(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, int direction, const onednn_extents *e,
    onednn_convolution *c, dnnl_memory_desc_t any, const_dnnl_primitive_attr_t attributes) {
  const dnnl_dims_t strides = {e->strideRows, e->strideColumns};
  const dnnl_dims_t dilations = {0};
  const dnnl_dims_t before = {e->paddingTop, e->paddingLeft};
  const dnnl_dims_t after = {e->paddingBottom, e->paddingRight};
  dnnl_primitive_desc_t forward = NULL;
  dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
  status = dnnl_convolution_forward_primitive_desc_create(
      &forward, engine, dnnl_forward_training, dnnl_convolution_direct, c->input, any, NULL,
      c->output, strides, dilations, before, after, attributes);
  if (status != dnnl_success) return status;
  if (direction == ONEDNN_FORWARD) {
    *result = forward;
    return status;
  }
  status = direction == ONEDNN_BACKWARD
      ? dnnl_convolution_backward_data_primitive_desc_create(
            result, engine, dnnl_convolution_direct, c->input, any, c->output, strides, dilations,
            before, after, forward, attributes)
      : dnnl_convolution_backward_weights_primitive_desc_create(
            result, engine, dnnl_convolution_direct, c->input, any, NULL, c->output, strides,
            dilations, before, after, forward, attributes);
#else
  dnnl_convolution_desc_t desc;
  status = dnnl_dilated_convolution_forward_desc_init(
      &desc, dnnl_forward_training, dnnl_convolution_direct, &c->input, &any, NULL, &c->output,
      strides, dilations, before, after);
  if (status != dnnl_success) return status;
  status = dnnl_primitive_desc_create(&forward, &desc, attributes, engine, NULL);
  if (status != dnnl_success) return status;
  if (direction == ONEDNN_FORWARD) {
    *result = forward;
    return status;
  }
  status = direction == ONEDNN_BACKWARD
      ? dnnl_dilated_convolution_backward_data_desc_init(
            &desc, dnnl_convolution_direct, &c->input, &any, &c->output, strides, dilations, before,
            after)
      : dnnl_dilated_convolution_backward_weights_desc_init(
            &desc, dnnl_convolution_direct, &c->input, &any, NULL, &c->output, strides, dilations,
            before, after);
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create(result, &desc, attributes, engine, forward);
#endif
  dnnl_primitive_desc_destroy(forward);
  return status;
}

// Makes the convolution of a band, for weights kept as [filter row, filter column, input channel, output
// channel], or with the channels the other way round.
static inline dnnl_status_t onednn_create(
    onednn_convolution *c, int direction, const onednn_extents *e, int channelsReversed) {
  memset(c, 0, sizeof *c);
  c->direction = direction;
  onednn_compute_alone();
  dnnl_status_t status = dnnl_engine_create(&c->engine, dnnl_cpu, 0);
  if (status == dnnl_success)
    status = dnnl_stream_create(&c->stream, c->engine, dnnl_stream_default_flags);
  const int64_t I = e->inputChannels, O = e->outputChannels;
  const int64_t input[4] = {1, I, e->inputRows, e->inputColumns};
  const int64_t inputStrides[4] = {I * e->inputRows * e->inputColumns, 1, I * e->inputColumns, I};
  const int64_t output[4] = {1, O, e->outputRows, e->outputColumns};
  const int64_t outputStrides[4] = {
      O * e->outputRows * e->outputColumns, 1, O * e->outputColumns, O};
  const int64_t weights[4] = {O, I, e->filterRows, e->filterColumns};
  const int64_t weightStrides[4] = {
      channelsReversed ? I : 1, channelsReversed ? 1 : O, I * O * e->filterColumns, I * O};
  dnnl_memory_desc_t any;
  memset(&any, 0, sizeof any);
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t convolution = NULL, reordering = NULL;
  if (status == dnnl_success) status = dnnl_primitive_attr_create(&attributes);
  if (status == dnnl_success)
    status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (status == dnnl_success) status = onednn_describe(&c->input, 4, input, inputStrides);
  if (status == dnnl_success) status = onednn_describe(&c->output, 4, output, outputStrides);
  if (status == dnnl_success) status = onednn_describe(&c->weights, 4, weights, weightStrides);
  if (status == dnnl_success) status = onednn_describe(&any, 4, weights, NULL);
  if (status == dnnl_success)
    status =
        onednn_describe_convolution(&convolution, c->engine, direction, e, c, any, attributes);
  if (status == dnnl_success)
    status = onednn_keep(
        &c->packed, convolution,
        direction == ONEDNN_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md);
  if (status == dnnl_success) {
    c->packedBytes = dnnl_memory_desc_get_size(ONEDNN_DESC(c->packed));
    status = direction == ONEDNN_WEIGHTS
        ? dnnl_reorder_primitive_desc_create(
              &reordering, ONEDNN_DESC(c->packed), c->engine, ONEDNN_DESC(c->weights), c->engine,
              attributes)
        : dnnl_reorder_primitive_desc_create(
              &reordering, ONEDNN_DESC(c->weights), c->engine, ONEDNN_DESC(c->packed), c->engine,
              attributes);
  }
  if (status == dnnl_success)
    status = onednn_keep(&c->scratch, convolution, dnnl_query_scratchpad_md);
  if (status == dnnl_success)
    status = onednn_keep(&c->reorderingScratch, reordering, dnnl_query_scratchpad_md);
  if (status == dnnl_success) {
    const size_t first = dnnl_memory_desc_get_size(ONEDNN_DESC(c->scratch));
    const size_t second = dnnl_memory_desc_get_size(ONEDNN_DESC(c->reorderingScratch));
    c->scratchBytes = first > second ? first : second;
  }
  if (status == dnnl_success) status = dnnl_primitive_create(&c->reordering, reordering);
  if (status == dnnl_success) status = dnnl_primitive_create(&c->convolution, convolution);
  if (convolution) dnnl_primitive_desc_destroy(convolution);
  if (reordering) dnnl_primitive_desc_destroy(reordering);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  onednn_forget(any);
  return status;
}

static inline void onednn_destroy(onednn_convolution *c) {
  if (c->convolution) dnnl_primitive_destroy(c->convolution);
  if (c->reordering) dnnl_primitive_destroy(c->reordering);
  onednn_forget(c->input);
  onednn_forget(c->output);
  onednn_forget(c->weights);
  onednn_forget(c->packed);
  onednn_forget(c->scratch);
  onednn_forget(c->reorderingScratch);
  if (c->stream) dnnl_stream_destroy(c->stream);
  if (c->engine) dnnl_engine_destroy(c->engine);
}

// Whether two convolutions want their weights packed alike.
static inline int onednn_pack_alike(const onednn_convolution *a, const onednn_convolution *b) {
  return dnnl_memory_desc_equal(ONEDNN_DESC(a->packed), ONEDNN_DESC(b->packed));
}

// Runs a primitive on memory of its descriptions.
static inline dnnl_status_t onednn_run(
    const onednn_convolution *c, dnnl_primitive_t primitive, int count, const int *names,
    const dnnl_memory_desc_t *descs, void *const *values) {
  dnnl_exec_arg_t arguments[4];
  dnnl_status_t status = dnnl_success;
  int made = 0;
  onednn_compute_alone();
  for (; made < count && status == dnnl_success; made++) {
    arguments[made].arg = names[made];
    arguments[made].memory = NULL;
    status = dnnl_memory_create(
        &arguments[made].memory, ONEDNN_DESC(descs[made]), c->engine, values[made]);
  }
  if (status == dnnl_success)
    status = dnnl_primitive_execute(primitive, c->stream, count, arguments);
  while (made-- > 0)
    if (arguments[made].memory) dnnl_memory_destroy(arguments[made].memory);
  return status;
}

// Between kept and packed weights: to packed ones, or back for gradients of weights.
static inline dnnl_status_t onednn_reorder(
    const onednn_convolution *c, const void *from, void *to, void *scratch) {
  const int isBack = c->direction == ONEDNN_WEIGHTS;
  const int names[3] = {DNNL_ARG_FROM, DNNL_ARG_TO, DNNL_ARG_SCRATCHPAD};
  const dnnl_memory_desc_t descs[3] = {
      isBack ? c->packed : c->weights, isBack ? c->weights : c->packed, c->reorderingScratch};
  void *const values[3] = {(void *)from, to, scratch};
  return onednn_run(c, c->reordering, 3, names, descs, values);
}

// Runs a convolution in its direction: what it reads, and what it writes, follow from that.
static inline dnnl_status_t onednn_execute(
    const onednn_convolution *c, void *input, void *packed, void *output, void *scratch) {
  const int names[4] = {
      c->direction == ONEDNN_BACKWARD ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC,
      c->direction == ONEDNN_WEIGHTS ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS,
      c->direction == ONEDNN_FORWARD ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, DNNL_ARG_SCRATCHPAD};
  const dnnl_memory_desc_t descs[4] = {c->input, c->packed, c->output, c->scratch};
  void *const values[4] = {input, packed, output, scratch};
  return onednn_run(c, c->convolution, 4, names, descs, values);
}
