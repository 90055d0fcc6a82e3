using System.Collections.Immutable;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>A row as the model has it. Columns that came later are in <see cref="Later"/>, by what they were first called.</summary>
internal sealed record ModelRow(long Id, string? Part, string? Day, long? Number, string? Text)
{
    public ImmutableDictionary<string, long> Later { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>The row as text, with the columns in the order of the table.</summary>
    public string Line(IEnumerable<ModelColumn> columns) => string.Join('|', columns.Select(column => Value(column.Id) ?? "~"));

    public string? Value(string column) =>
        column switch
        {
            "id" => Id.ToString(),
            "p" => Part,
            "day" => Day,
            "n" => Number?.ToString(),
            "t" => Text,
            _ => Later.TryGetValue(column, out var value) ? value.ToString() : null,
        };
}
