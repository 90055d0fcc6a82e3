using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.Cli.Read;

/// <summary>An answer read to its end: what the table is, and its files.</summary>
/// <param name="Protocol">As a Delta log has it.</param>
/// <param name="Metadata">As a Delta log has it.</param>
/// <param name="Files">In the order they came.</param>
/// <param name="RefreshToken">Asks for the same files again, with fresh addresses; where the server gave one.</param>
internal sealed record SharedAnswer(Protocol Protocol, Metadata Metadata, IReadOnlyList<SharedFile> Files, string? RefreshToken)
{
    /// <summary>Reads the answer.</summary>
    /// <param name="stream">The answer, from its beginning.</param>
    /// <param name="limit">How many bytes of memory its files may take, such as <see cref="HeldFiles.Limit"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<SharedAnswer> ReadAsync(TableStream stream, long limit, CancellationToken cancellationToken)
    {
        var held = new HeldFiles(limit);
        await foreach (var line in stream.ReadAsync(cancellationToken))
        {
            if (SharedFile.Of(line) is { } file)
                held.Add(file, stream.RequestId);
        }

        return new SharedAnswer(ProtocolOf(stream.Delta?.Protocol), MetadataOf(stream), held.Files, stream.EndStream?.RefreshToken);
    }

    // The parquet format is what every reader knows.
    private static Protocol ProtocolOf(DeltaProtocol? protocol) =>
        new()
        {
            MinReaderVersion = protocol?.MinReaderVersion ?? 1,
            MinWriterVersion = protocol?.MinWriterVersion ?? 2,
            ReaderFeatures = protocol?.ReaderFeatures,
            WriterFeatures = protocol?.WriterFeatures,
        };

    private static Metadata MetadataOf(TableStream stream) =>
        new()
        {
            Id = stream.Metadata.Id,
            TableName = stream.Metadata.Name,
            SchemaString = stream.Metadata.SchemaString,
            PartitionColumns = stream.Metadata.PartitionColumns,
            // Only this says how files are read; the rest is about writing, and about a log that is not here.
            Configuration = (stream.Delta?.Metadata.Configuration ?? new Dictionary<string, string>(StringComparer.Ordinal))
                .Where(pair => pair.Key.StartsWith("delta.columnMapping.", StringComparison.Ordinal))
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
        };
}
