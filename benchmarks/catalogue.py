"""Every benchmark, in the order of the table."""

from benchmarks.harness import Benchmark

BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("ledger", "benchmarks.ledger.single"),
    Benchmark("ledger-batch", "benchmarks.ledger.batch"),
    Benchmark("ledger-hot", "benchmarks.ledger.hot", databases=("PostgreSQL",)),
    Benchmark("order", "benchmarks.orders.place"),
    Benchmark("shop-page", "benchmarks.pages.shop_page"),
    Benchmark("member-home", "benchmarks.pages.member_home"),
    Benchmark("memory", "benchmarks.orders.memory"),
    Benchmark("region", "benchmarks.year.year", begins="benchmarks.year.begin"),
)
