using Tideway.Cli.Output;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Tables;

namespace Tideway.Cli.Read;

/// <summary>
/// The files of an answer, which are all held until they are here. A server chooses how many there are and how long their addresses, statistics and values
/// are, so what they take may be so much and no more.
/// </summary>
/// <param name="limit">How many bytes of memory they may take.</param>
internal sealed class HeldFiles(long limit)
{
    /// <summary>
    /// A quarter of the memory that the machine or the container gives: while addresses are renewed there are two answers, and half is left for the rows.
    /// A file whose address has 350 characters and whose statistics have 200 takes about 2 KiB: where there are 16 GiB, two million of them fit; ten million, where
    /// there are 96.
    /// </summary>
    public static long Limit => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    // About what objects take beside their texts, with what is found out of an address and where the file is once it is here.
    private const int BytesOfFile = 900;
    private const int BytesOfText = 24;

    private readonly List<SharedFile> files = [];
    private long bytes;

    /// <summary>In the order they came.</summary>
    public IReadOnlyList<SharedFile> Files => files;

    /// <summary>Holds a file.</summary>
    /// <exception cref="DeltaSharingException"><see cref="DeltaSharingError.LimitExceeded"/>: the files take more than they may.</exception>
    public void Add(SharedFile file, string? requestId)
    {
        bytes += BytesOf(file);
        if (bytes > limit)
            throw new DeltaSharingException(
                DeltaSharingError.LimitExceeded,
                $"Expected files whose descriptions fit into {BytesText.Of(limit)} of memory, got more with file {files.Count + 1}."
                    + " Fewer of them come for a --where that leaves out partitions, or for a range of --changes."
            )
            {
                RequestId = requestId,
            };
        files.Add(file);
    }

    private static long BytesOf(SharedFile file)
    {
        var (values, stats) = file.Action switch
        {
            AddFile add => (add.PartitionValues, add.Stats),
            RemoveFile remove => (remove.PartitionValues, null),
            AddCdcFile cdc => (cdc.PartitionValues, null),
            _ => (null, null),
        };
        return BytesOfFile
            + BytesOf(file.Id)
            + BytesOf(file.Url.Url.OriginalString)
            + BytesOf(stats)
            + BytesOf(file.Vector?.FileId)
            + BytesOf(file.Vector?.Descriptor.PathOrInlineDv)
            // Where it is in the hash table, too.
            + (values?.Sum(pair => BytesOf(pair.Key) + BytesOf(pair.Value) + BytesOfText) ?? 0);
    }

    private static long BytesOf(string? text) => text is null ? 0 : BytesOfText + (sizeof(char) * (long)text.Length);
}
