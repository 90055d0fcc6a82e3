namespace Tideway.DuckDb.Tests;

public sealed class ScalarTests : IDisposable
{
    private readonly Session session = new();

    [Fact]
    public void Integers_widen_and_narrow()
    {
        session.Connection.Scalar<long>("SELECT 1::INTEGER").ShouldBe(1L);
        session.Connection.Scalar<int>("SELECT count(*) FROM range(5)").ShouldBe(5);
        session.Connection.Scalar<long?>("SELECT sum(i) FROM range(5) t(i)").ShouldBe(10L);
        session.Connection.Scalar<Int128>("SELECT 7").ShouldBe(7);
        session.Connection.Scalar<decimal>("SELECT 7").ShouldBe(7m);
        session.Connection.Scalar<double>("SELECT 0.5::FLOAT").ShouldBe(0.5);
    }

    [Fact]
    public void No_row_and_null_are_the_default()
    {
        session.Connection.Scalar<string>("SELECT 'x' WHERE false").ShouldBeNull();
        session.Connection.Scalar<int?>("SELECT NULL::INTEGER").ShouldBeNull();
        session.Connection.Scalar<int>("SELECT NULL::INTEGER").ShouldBe(0);
    }

    [Fact]
    public void An_integer_that_does_not_fit_is_refused()
    {
        Should.Throw<OverflowException>(() => session.Connection.Scalar<int>("SELECT 3000000000"));
        Should.Throw<OverflowException>(() => session.Connection.Scalar<long>("SELECT 170141183460469231731687303715884105727::HUGEINT"));
    }

    [Theory]
    [InlineData("SELECT 'x'")]
    [InlineData("SELECT 1.5::DOUBLE")]
    [InlineData("SELECT 1.5")]
    [InlineData("SELECT true")]
    [InlineData("SELECT DATE '2024-01-01'")]
    public void A_value_of_another_type_is_refused(string sql) => Should.Throw<InvalidCastException>(() => session.Connection.Scalar<int>(sql));

    public void Dispose() => session.Dispose();
}
