/* The innermost loops of a copy, for one size of elements. Set before, and unset here: ELEMENT, and COPY_TILES, the
 * function's name. */
static void COPY_TILES(const struct copy_axis *row, const struct copy_axis *across, int64_t row_tile,
                       const void *from_data, void *to_data, int64_t first, int64_t end) {
    const ELEMENT *const restrict from = from_data;
    ELEMENT *const restrict to = to_data;
    for (int64_t tile = 0; tile < row->extent; tile += row_tile) {
        const int64_t tile_end = tile + row_tile < row->extent ? tile + row_tile : row->extent;
        for (int64_t i = first; i < end; i++) {
            const ELEMENT *const from_row = from + i * across->from;
            ELEMENT *const to_row = to + i * across->to;
            if (row->from == 1)
                for (int64_t j = tile; j < tile_end; j++)
                    to_row[j] = from_row[j];
            else
                for (int64_t j = tile; j < tile_end; j++)
                    to_row[j] = from_row[j * row->from];
        }
    }
}

#undef ELEMENT
#undef COPY_TILES
