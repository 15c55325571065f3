// The steps of plain gradient descent through a block of images, as FastLearner takes them, compiled.
//
// Every matrix product here is a sum of rows, each times a factor. Half of the pixels are 0, and so is every unit that
// ReLU or dropout has silenced: rows whose factor is 0 are left out. Each thread computes columns of its own, and keeps
// those of the weights apart, since processors that write close to each other wait for each other.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr long LANES = 16, REGISTERS = 16;  // floats in a vector register; registers that are added to at a time
#else
constexpr long LANES = 8, REGISTERS = 8;  // where a register takes 4 floats, the compiler uses two
#endif
template <long WIDTH>
struct Of {  // so many floats, wherever they lie in memory
    typedef float Vector __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
};
typedef uint32_t Marks;  // of a group of 32 factors: a bit is set where the factor is not 0
constexpr long GROUP = 32;

struct Layer {  // as in compiled.py
    long inputs, outputs;
    float *weight, *bias;      // (inputs, outputs), (outputs)
    float *copy, *transposed;  // of the weight: the columns of the first thread, then those of the next, …
    const float* masks;        // (count, outputs): 0 where dropout drops and 1 elsewhere; or null
    float *out, *step;         // (batch, outputs): the answers, and -lr / n times the gradient of the product
};

// A matrix of factors (rows, columns), or the transpose of one, and its marks.
struct Factors {
    const float* values;
    long rows, columns, down, across;  // how many, and how far apart they lie
    std::vector<Marks> marks;          // of the first 32 columns for each row, of the next 32 columns for each row, …
    Factors(const float* x, long n, long width)
        : values(x), rows(n), columns(width), down(width), across(1), marks((width + GROUP - 1) / GROUP * n) {
        for (long i = 0; i < n; i++)
            for (long k = 0; k < width; k += GROUP) {
                Marks found = 0;
                for (long j = 0; j < std::min(GROUP, width - k); j++) found |= Marks(x[i * width + k + j] != 0) << j;
                marks[k / GROUP * n + i] = found;
            }
    }
    static Factors transpose(const float* x, long n, long width) {
        Factors made{x, 0, 0};
        made.rows = width, made.columns = n, made.down = 1, made.across = width;
        made.marks.resize((n + GROUP - 1) / GROUP * width);
        for (long i = 0; i < n; i++) {
            Marks* marks = made.marks.data() + i / GROUP * width;
            for (long k = 0; k < width; k++) marks[k] |= Marks(x[i * width + k] != 0) << i % GROUP;
        }
        return made;
    }
};

// Add to N vectors of `out` the marked rows of a table, each times its factor.
template <long WIDTH, long N>
inline void add_rows(float* out, Marks marks, const float* factors, long across, const float* table, long width) {
    using Floats = typename Of<WIDTH>::Vector;
    Floats sums[N] = {};  // apart from `out`, whose numbers are large beside what is added to them
    for (; marks; marks &= marks - 1) {
        long k = __builtin_ctz(marks);
        const Floats* row = (const Floats*)(table + k * width);
#pragma GCC unroll 16
        for (long n = 0; n < N; n++) sums[n] += factors[k * across] * row[n];
    }
#pragma GCC unroll 16
    for (long n = 0; n < N; n++) ((Floats*)out)[n] += sums[n];
}

// out (rows, columns) += factors (rows, inner) @ table (inner, columns); the widths are those of whole rows in memory.
template <long WIDTH = LANES, long N = REGISTERS>
void add_product(float* out, long out_width, const Factors& factors, const float* table, long width, long columns) {
    for (; columns >= N * WIDTH; columns -= N * WIDTH, out += N * WIDTH, table += N * WIDTH)
        for (long k = 0; k < factors.columns; k += GROUP)
            for (long i = 0; i < factors.rows; i++)
                if (Marks marks = factors.marks[k / GROUP * factors.rows + i])
                    add_rows<WIDTH, N>(out + i * out_width, marks,
                                       factors.values + i * factors.down + k * factors.across, factors.across,
                                       table + k * width, width);
    if constexpr (N > 1) add_product<WIDTH, N / 2>(out, out_width, factors, table, width, columns);
    else if constexpr (WIDTH > 1) add_product<WIDTH / 2, 1>(out, out_width, factors, table, width, columns);
}

// Where the threads wait for each other.
struct Barrier {
    const int threads;
    std::atomic<int> arrived{0}, round{0};
    void wait() {
        int mine = round;
        if (++arrived == threads) arrived = 0, round = mine + 1;
        for (int turns = 0; round == mine; turns++)
            if (turns > 1000) std::this_thread::yield();
    }
};

void copy(const float* from, long from_width, float* to, long to_width, long rows, long columns) {
    for (long i = 0; i < rows; i++) std::copy_n(from + i * from_width, columns, to + i * to_width);
}

// ReLU and dropout, and the way back through both: nothing passes where a unit is 0.
void activate(float* __restrict units, const float* __restrict masks, long n, long columns, long width, float scale) {
    for (long i = 0; i < n; i++)
        for (long c = i * width; c < i * width + columns; c++)
            units[c] = std::max(units[c], 0.0f) * (masks ? masks[c] * scale : 1);
}
void gate(float* __restrict step, const float* __restrict units, long n, long columns, long width, float scale) {
    for (long i = 0; i < n; i++)
        for (long c = i * width; c < i * width + columns; c++) step[c] *= units[c] > 0 ? scale : 0.0f;
}

// -lr / n times the gradient of the loss: the answers' probabilities take the place of the logits in it.
void begin_back(const float* logits, const float* targets, float* step, long n, long classes, float rate) {
    for (long i = 0; i < n; i++, logits += classes, targets += classes, step += classes) {
        float highest = *std::max_element(logits, logits + classes), sum = 0;
        for (long c = 0; c < classes; c++) sum += step[c] = std::exp(logits[c] - highest);
        for (long c = 0; c < classes; c++) step[c] = rate * (targets[c] - step[c] / sum);
    }
}

// Take a step for each batch of some rows of the images (N, inputs); targets and logits (count, classes) are the rows'.
extern "C" void train_block(const Layer* layers, long depth, const float* images, const int64_t* rows,
                            const float* targets, float* logits, long count, long batch, float lr, float scale,
                            int threads) {
    const long pixels = layers[0].inputs, classes = layers[depth - 1].outputs;
    Barrier barrier{threads};
    auto work = [&](int thread) {
        auto own = [&](long width) {  // the first of this thread's columns, and how many there are
            long vectors = (width + LANES - 1) / LANES, at = vectors * thread / threads * LANES;
            return std::pair(at, std::min(width, vectors * (thread + 1) / threads * LANES) - at);
        };
        for (const Layer* layer = layers; layer < layers + depth; layer++) {
            const auto [at, width] = own(layer->outputs);
            copy(layer->weight + at, layer->outputs, layer->copy + at * layer->inputs, width, layer->inputs, width);
            if (layer == layers) continue;  // nobody asks for the gradient of the images
            const auto [first, inputs] = own(layer->inputs);
            float* transposed = layer->transposed + first * layer->outputs;
            for (long c = 0; c < layer->outputs; c++)
                copy(layer->weight + first * layer->outputs + c, layer->outputs, transposed + c * inputs, 1, inputs, 1);
        }
        std::vector<float> read(batch * pixels);  // by this thread, so that it lies near its processor
        for (long start = 0; start < count; start += batch) {
            const long n = std::min(batch, count - start);
            for (long i = 0; i < n; i++) std::copy_n(images + rows[start + i] * pixels, pixels, &read[i * pixels]);
            const float* x = read.data();
            std::vector<Factors> columns;  // of each layer's input
            for (long l = 0; l < depth; l++) {
                const Layer& layer = layers[l];
                const auto [at, width] = own(layer.outputs);
                float* out = l == depth - 1 ? logits + start * classes : layer.out;
                columns.push_back(Factors::transpose(x, n, layer.inputs));
                copy(layer.bias + at, 0, out + at, layer.outputs, n, width);
                const Factors factors(x, n, layer.inputs);
                add_product(out + at, layer.outputs, factors, layer.copy + at * layer.inputs, width, width);
                const float* masks = layer.masks ? layer.masks + start * layer.outputs + at : nullptr;
                if (l < depth - 1) activate(out + at, masks, n, width, layer.outputs, scale);
                barrier.wait();
                x = out;
            }
            if (thread == 0) begin_back(x, targets + start * classes, layers[depth - 1].step, n, classes, lr / n);
            barrier.wait();
            for (long l = depth - 1; l > 0; l--) {
                const Layer &layer = layers[l], &below = layers[l - 1];
                const auto [at, width] = own(layer.inputs);
                float* step = below.step + at;
                for (long i = 0; i < n; i++) std::fill_n(step + i * layer.inputs, width, 0.0f);
                const Factors factors(layer.step, n, layer.outputs);
                add_product(step, layer.inputs, factors, layer.transposed + at * layer.outputs, width, width);
                gate(step, below.out + at, n, width, layer.inputs, scale);
                barrier.wait();
            }
            for (long l = 0; l < depth; l++) {
                const Layer& layer = layers[l];
                const auto [at, width] = own(layer.outputs);
                add_product(layer.copy + at * layer.inputs, width, columns[l], layer.step + at, layer.outputs, width);
                for (long i = 0; i < n; i++)
                    for (long c = at; c < at + width; c++) layer.bias[c] += layer.step[i * layer.outputs + c];
                if (l == 0) continue;
                const auto [first, inputs] = own(layer.inputs);
                const Factors steps = Factors::transpose(layer.step, n, layer.outputs);
                float* turned = layer.transposed + first * layer.outputs;
                add_product(turned, inputs, steps, layers[l - 1].out + first, layer.inputs, inputs);
            }
            barrier.wait();
        }
        for (const Layer* layer = layers; layer < layers + depth; layer++) {
            const auto [at, width] = own(layer->outputs);
            copy(layer->copy + at * layer->inputs, width, layer->weight + at, layer->outputs, layer->inputs, width);
        }
    };
    std::vector<std::thread> others;
    for (int thread = 1; thread < threads; thread++) others.emplace_back(work, thread);
    work(0);
    for (std::thread& other : others) other.join();
}
