using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Tables;

namespace Tideway.Cli.Read;

/// <summary>An answer read to its end: what the table is, and its files.</summary>
/// <param name="Version">The version that the answer is for.</param>
/// <param name="Protocol">As a Delta log has it.</param>
/// <param name="Metadata">As a Delta log has it.</param>
/// <param name="Files">In the order they came.</param>
/// <param name="RefreshToken">Asks for the same files again, with fresh addresses; where the server gave one.</param>
internal sealed record SharedAnswer(long Version, Protocol Protocol, Metadata Metadata, IReadOnlyList<SharedFile> Files, string? RefreshToken)
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
            if (FileOf(line, stream) is { } file)
                held.Add(file, stream.RequestId);
        }

        var description = SharedDescription.Of(stream);
        return new SharedAnswer(stream.Version, description.Protocol, description.Metadata, held.Files, stream.EndStream?.RefreshToken);
    }

    private static SharedFile? FileOf(SharingLine line, TableStream stream)
    {
        try
        {
            return SharedFile.Of(line);
        }
        catch (DeltaSharingException fault)
        {
            throw new DeltaSharingException(fault.Error, $"{stream.Source}: {fault.Message}", fault) { RequestId = stream.RequestId };
        }
    }
}
