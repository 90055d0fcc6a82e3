using System.Security.Cryptography;
using System.Text;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.InboundSync.Mirror;

/// <summary>
/// A remote file as the local table names it: the name follows from the ids of the remote table and the file, so nothing else has to be remembered to
/// find it again, and nothing that a provider says becomes part of a path.
/// </summary>
internal static class MirroredFile
{
    private static readonly Dictionary<string, string?> NoPartitions = new(StringComparer.Ordinal);

    /// <summary>Path within the local table.</summary>
    public static string PathOf(string tableId, DataFileLine line) =>
        $"part-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tableId}\n{line.Id}")).AsSpan(0, 16))}.parquet";

    /// <summary>The action that adds the file.</summary>
    public static AddFile Add(string tableId, DataFileLine line, DateTimeOffset now) =>
        new()
        {
            Path = PathOf(tableId, line),
            // An empty value means null for every type on the wire; the log writes null.
            PartitionValues =
                line.PartitionValues.Count == 0
                    ? NoPartitions
                    : line.PartitionValues.ToDictionary(pair => pair.Key, pair => string.IsNullOrEmpty(pair.Value) ? null : pair.Value, StringComparer.Ordinal),
            Size = line.Size,
            ModificationTime = now.ToUnixTimeMilliseconds(),
            DataChange = true,
            Stats = line switch
            {
                FileLine file => file.Stats,
                AddLine add => add.Stats,
                _ => null,
            },
        };
}
