# Sums up what `setup.sh demo` compared: lines of dtype, yes or no, the case's name, and the command's own words.
{
    count[$1]++
    if ($2 == "yes")
        agree[$1]++
    else {
        failed++
        print "  DIFFERS: " $0
    }
    for (i = 3; i < NF; i++)
        if ($i == "difference") {
            if ($(i + 1) + 0 > worst[$1])
                worst[$1] = $(i + 1) + 0
            if ($(i + 2) + 0 > fraction)
                fraction = $(i + 2) + 0
        }
}
END {
    split("f32 f64 c64 c128 f16 bf16 i8 u8 i32 i64", order)
    for (i = 1; i <= 10; i++)
        if (order[i] in count)
            printf "  %-5s %3d of %3d agree, largest difference %.3g\n", order[i], agree[order[i]], count[order[i]],
                worst[order[i]]
    printf "  %d of %d agree. The worst element is off by %.2g %% of what rounding may explain:\n", NR - failed, NR,
        100 * fraction
    print "  8 eps (K + 1) (1 + |value|), where K is the contracted extent; integers must be equal."
    exit failed > 0 || NR == 0
}
