using Tideway.DuckDb;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>A condition on rows, in SQL and for the model; null is not true in either.</summary>
internal sealed record RowCondition(string Sql, Func<ModelRow, bool> Holds)
{
    public static RowCondition Draw(Random random)
    {
        var (divisor, low, part) = (random.Next(2, 6), random.Next(0, 60), RowSource.Part(random));
        return random.Next(9) switch
        {
            0 => new("true", _ => true),
            1 => new("false", _ => false),
            2 => new("p IS NULL", row => row.Part is null),
            3 => new($"p = {SqlText.Literal(part)}", row => row.Part == part),
            4 => new("day >= DATE '2026-01-15'", row => row.Day is not null && string.CompareOrdinal(row.Day, "2026-01-15") >= 0),
            5 => new($"n % {divisor} = 0", row => row.Number % divisor == 0),
            6 => new($"id BETWEEN {low} AND {low + 15}", row => row.Id >= low && row.Id <= low + 15),
            _ => new($"id % {divisor} = 1", row => row.Id % divisor == 1),
        };
    }
}
