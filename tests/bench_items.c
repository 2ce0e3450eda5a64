#include "bench_items.h"

#include "exact_values.h"
#include "npy_fixture.h"

#include <string.h>

const struct bench_dtype unequal_sizes = {"i8-f64", BATCHDOT_I8, BATCHDOT_F64, BATCHDOT_F64, 1, 8, 8, 1};

double _Complex element_at(const void *data, batchdot_dtype dtype, int64_t place) {
    if (dtype != BATCHDOT_C64 && dtype != BATCHDOT_C128)
        return exact_values_part(data, dtype, place);
    return exact_values_part(data, dtype, place * 2) + exact_values_part(data, dtype, place * 2 + 1) * I;
}

static void multiply_item(const struct item_product *p, const void *x, int64_t x_start, const void *y, int64_t y_start,
                          struct item_output *out, int64_t out_start) {
    const struct bench_dtype *const dtype = p->bench_case->dtype;
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++) {
            const int64_t place = out_start + i * p->out_m + j * p->out_n;
            assert_in_range(place, 0, p->out_count - 1);
            out->values[place] = 0;
            out->writes[place]++;
            for (int64_t l = 0; l < p->k; l++) {
                const int64_t x_place = x_start + i * p->x_m + l * p->x_k, y_place = y_start + l * p->y_k + j * p->y_n;
                assert_in_range(x_place, 0, p->x_count - 1);
                assert_in_range(y_place, 0, p->y_count - 1);
                out->values[place] += element_at(x, dtype->x, x_place) * element_at(y, dtype->y, y_place);
            }
        }
}

void multiply_by_items(const struct item_product *product, const void *x, const void *y, struct item_output *out) {
    const struct item_product *const p = product;
    memset(out->writes, 0, sizeof out->writes);
    for (int64_t run = 0; run < item_product_run_count(p); run++) {
        const struct item_loop start = item_product_run_start(p, run);
        for (int64_t item = 0; item < p->run.extent; item++)
            multiply_item(p, x, start.x + item * p->run.x, y, start.y + item * p->run.y, out,
                          start.out + item * p->run.out);
    }
}
