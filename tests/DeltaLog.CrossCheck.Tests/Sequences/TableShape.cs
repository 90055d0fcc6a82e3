using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>How the table of a sequence is made: by what it is partitioned, and what is switched on.</summary>
internal sealed record TableShape(string[] PartitionColumns, Dictionary<string, string> Configuration, StructType Schema)
{
    private static readonly PrimitiveType Text = new(PrimitiveKind.String);
    private static readonly PrimitiveType Whole = new(PrimitiveKind.Long);

    private static readonly StructField[] Fields =
    [
        new("id", Whole),
        new("p", Text),
        new("day", new PrimitiveType(PrimitiveKind.Date)),
        new("n", Whole),
        new("t", Text),
    ];

    public static TableShape Draw(Random random)
    {
        var configuration = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [TableProperties.EnableChangeDataFeed] = "true",
            [TableProperties.CheckpointInterval] = random.Next(2, 8).ToString(),
        };
        if (random.Next(3) == 0)
            configuration[TableProperties.EnableInCommitTimestamps] = "true";
        if (random.Next(2) == 0)
            configuration[TableProperties.EnableDeletionVectors] = "true";
        if (random.Next(4) == 0)
            configuration[TableProperties.EnableRowTracking] = "true";
        if (random.Next(3) == 0)
            configuration[TableProperties.CheckpointPolicy] = "v2";
        if (random.Next(2) == 0)
            configuration[TableProperties.EnableTypeWidening] = "true";
        string[] partitions = random.Next(4) switch
        {
            0 => ["p"],
            1 => ["day", "p"],
            2 => ["n"],
            _ => [],
        };
        var mapped = random.Next(3) == 0;
        if (mapped)
        {
            configuration[ColumnMapping.ModeProperty] = random.Next(3) == 0 ? "id" : "name";
            configuration["delta.columnMapping.maxColumnId"] = Fields.Length.ToString();
        }

        return new TableShape(partitions, configuration, new StructType([.. Fields.Select((field, index) => mapped ? Mapped(field, index) : field)]));
    }

    /// <summary>Whether columns can get a wider type.</summary>
    public bool IsWidening => Configuration.ContainsKey(TableProperties.EnableTypeWidening);

    /// <summary>Whether columns can be renamed and dropped.</summary>
    public bool IsMapped => Configuration.ContainsKey(ColumnMapping.ModeProperty);

    private static StructField Mapped(StructField field, int index) =>
        field with
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["delta.columnMapping.id"] = (index + 1).ToString(),
                ["delta.columnMapping.physicalName"] = $"\"col-{index} {field.Name}\"",
            },
        };

    public override string ToString() =>
        $"by ({string.Join(", ", PartitionColumns)}), {string.Join(", ", Configuration.Select(pair => $"{pair.Key}={pair.Value}"))}";
}
