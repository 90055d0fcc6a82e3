using System.Collections.Immutable;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>Rows by chance: few keys, so that operations meet the same ones; texts and partitions with characters that paths escape.</summary>
internal static class RowSource
{
    private static readonly string[] Parts =
    [
        "a",
        "a b",
        "a/b",
        "a%2Fb",
        "x=y",
        "100%",
        "q?#&",
        "'\"",
        "..",
        "\u00e9",
        "\ud83d\ude00",
        "__HIVE_DEFAULT_PARTITION__",
        "tab\there",
    ];

    public static string Part(Random random) => random.GetItems(Parts, 1)[0];

    public static IReadOnlyList<ModelRow> Draw(Random random, TableModel model, int count)
    {
        var later = model.Columns.Skip(5).Select(column => column.Id).ToArray();
        return [.. Enumerable.Range(0, count).Select(_ => Row(random, later))];
    }

    /// <summary>A SELECT of the rows, with the columns that they have, by the names of the model.</summary>
    public static string Sql(IReadOnlyList<ModelRow> rows, IReadOnlyList<ModelColumn> columns)
    {
        var later = rows.SelectMany(row => row.Later.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        var names = string.Join(", ", new[] { "id", "p", "day", "n", "t" }.Concat(later.Select(id => columns.Single(column => column.Id == id).Name)));
        var types = string.Join(", ", new[] { "0::BIGINT", "''", "DATE '2026-01-01'", "0::BIGINT", "''" }.Concat(later.Select(_ => "0::BIGINT")));
        var values = rows.Select(row => $"({string.Join(", ", new[] { "id", "p", "day", "n", "t" }.Concat(later).Select(column => Value(row, column)))})");
        // The row that is left out gives the types, also where there is no other.
        return $"SELECT * FROM (VALUES {string.Join(", ", values.Prepend($"({types})"))}) r({names}) OFFSET 1";
    }

    private static ModelRow Row(Random random, string[] later) =>
        new(
            random.Next(60),
            random.Next(5) == 0 ? null : Part(random),
            random.Next(5) == 0 ? null : $"2026-01-{random.Next(1, 29):D2}",
            random.Next(6) == 0 ? null : random.Next(3) * 1000,
            random.Next(4) == 0 ? null : $"t{random.Next(1000)}'|\n"
        )
        {
            Later = later.Where(_ => random.Next(3) > 0).ToImmutableDictionary(name => name, _ => (long)random.Next(100)),
        };

    private static string Value(ModelRow row, string column) =>
        row.Value(column) is not { } text ? "NULL"
        : column is "p" or "day" or "t" ? SqlText.Literal(text)
        : text;
}
