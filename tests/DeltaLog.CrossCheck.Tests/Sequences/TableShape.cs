using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>How the table of a sequence is made: by what it is partitioned, and what is switched on.</summary>
internal sealed record TableShape(string[] PartitionColumns, Dictionary<string, string> Configuration)
{
    private static readonly PrimitiveType Text = new(PrimitiveKind.String);
    private static readonly PrimitiveType Whole = new(PrimitiveKind.Long);

    public static StructType Schema { get; } =
        new([
            new StructField("id", Whole),
            new StructField("p", Text),
            new StructField("day", new PrimitiveType(PrimitiveKind.Date)),
            new StructField("n", Whole),
            new StructField("t", Text),
        ]);

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
            configuration["delta.enableDeletionVectors"] = "true";
        string[] partitions = random.Next(4) switch
        {
            0 => ["p"],
            1 => ["day", "p"],
            2 => ["n"],
            _ => [],
        };
        return new TableShape(partitions, configuration);
    }

    public override string ToString() => $"by ({string.Join(", ", PartitionColumns)}), {string.Join(", ", Configuration.Select(pair => $"{pair.Key}={pair.Value}"))}";
}
