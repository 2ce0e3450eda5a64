// The small example of Keras's documentation from C++. Exits 0 if every number is right.
#include <batchdot/batchdot.h>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
    std::vector<double> x_data = {1, 2, 3, 4}, y_data = {5, 6, 7, 8}, out_data(2);
    const std::vector<std::int64_t> in_shape = {2, 2}, out_shape = {2, 1};
    const batchdot_tensor x = {x_data.data(), BATCHDOT_F64, 2, in_shape.data(), nullptr};
    const batchdot_tensor y = {y_data.data(), BATCHDOT_F64, 2, in_shape.data(), nullptr};
    const batchdot_tensor out = {out_data.data(), BATCHDOT_F64, 2, out_shape.data(), nullptr};
    const batchdot_axes axes = {1, 1};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.num_threads = 1;

    batchdot_plan *plan = nullptr;
    if (batchdot_plan_create(&plan, &x, &y, &axes, &out, &options) != BATCHDOT_OK ||
        batchdot_plan_execute(plan, x_data.data(), y_data.data(), out_data.data()) != BATCHDOT_OK ||
        out_data != std::vector<double>{17, 53}) {
        std::fprintf(stderr, "plan: %s\n", batchdot_last_error());
        return 1;
    }
    batchdot_plan_destroy(plan);

    std::printf("libbatchdot %s from C++: [[17], [53]]\n", batchdot_version());
    return 0;
}
