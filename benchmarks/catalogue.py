"""Every benchmark, in the order of the table."""

from benchmarks.harness import Benchmark

BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("ledger", "benchmarks.ledger.single"),
    Benchmark("ledger-batch", "benchmarks.ledger.batch"),
    Benchmark("ledger-hot", "benchmarks.ledger.hot", databases=("PostgreSQL",)),
    Benchmark("shop-page", "benchmarks.pages.shop_page"),
    Benchmark("member-home", "benchmarks.pages.member_home"),
)
