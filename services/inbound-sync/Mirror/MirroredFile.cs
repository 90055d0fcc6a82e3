using System.Security.Cryptography;
using System.Text;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.InboundSync.Mirror;

/// <summary>A remote file as the local table names it: the name follows from the remote id, so nothing else has to be remembered to find it again.</summary>
internal static class MirroredFile
{
    /// <summary>Path within the local table.</summary>
    public static string PathOf(string remoteId) => $"part-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(remoteId)).AsSpan(0, 16))}.parquet";

    /// <summary>The action that adds the file.</summary>
    public static AddFile Add(DataFileLine line, string? stats, long modificationTime) =>
        new()
        {
            Path = PathOf(line.Id),
            // An empty value means null for every type on the wire; the log writes null.
            PartitionValues = line.PartitionValues.ToDictionary(pair => pair.Key, pair => string.IsNullOrEmpty(pair.Value) ? null : pair.Value, StringComparer.Ordinal),
            Size = line.Size,
            ModificationTime = modificationTime,
            DataChange = true,
            Stats = stats,
        };
}
