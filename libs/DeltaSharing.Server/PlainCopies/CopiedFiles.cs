using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ObjectStorage;
using TableProtocol = Tideway.DeltaLog.Actions.Protocol;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>
/// Copies of files as plain Parquet, for clients that read nothing else: kept in a place of our own, never in an owner's. A copy is named by everything that its
/// rows come from, so it is never wrong, only unused.
/// </summary>
public sealed class CopiedFiles
{
    // More would be an answer that nobody waits for.
    private const int MaxFiles = 100_000;

    private readonly PlainCopyPlace place;
    private readonly PlainCopyWriter writer;
    private readonly StorageRoots roots;
    private readonly PlainCopyOptions options;
    private readonly ConditionalWeakTable<Snapshot, PlainView> views = [];

    internal CopiedFiles(PlainCopyPlace place, PlainCopyWriter writer, StorageRoots roots, IOptions<PlainCopyOptions> options)
    {
        this.place = place;
        this.writer = writer;
        this.roots = roots;
        this.options = options.Value;
    }

    /// <summary>Whether there is a place for copies.</summary>
    public bool IsOn => place.IsConfigured;

    /// <summary>Where the copies are, for signing.</summary>
    public StorageLocation Location => roots.Locate(PlainCopyOptions.RootName, "");

    /// <summary>A version as such a client sees it; <see langword="null"/> where its rows cannot be written plainly, or there is no place for copies.</summary>
    public PlainView? Find(PlainTable table, Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(snapshot);
        return IsOn && PlainFormat.CanBeCopied(snapshot) ? views.GetValue(snapshot, version => new PlainView(version, table.Location.Uri)) : null;
    }

    /// <summary>The same of a version of which only protocol and metadata are known.</summary>
    public PlainView? Find(PlainTable table, long version, TableProtocol protocol, Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Find(table, Snapshot.OfDescription(table.Table.Store.Root, version, protocol, metadata));
    }

    /// <summary>
    /// Writes the copies that are needed and not there yet, so that the answer can be made without failing; a refusal where that cannot be.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="items">The files of the answer; those that need no copy are passed by.</param>
    /// <param name="cancellationToken">Ends the wait. What is being written for others as well goes on.</param>
    public async Task<ProtocolRefusal?> EnsureAsync(PlainTable table, IAsyncEnumerable<PlainItem> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        var (wanted, bytes) = (new List<PlainItem>(), 0L);
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            if (!item.View.NeedsCopy(item.File))
                continue;
            wanted.Add(item);
            if ((bytes += item.File.Size ?? 0) > options.MaxBytes || wanted.Count > MaxFiles)
                return TooLarge(table);
        }

        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(wanted, parallel, async (item, token) => await writer.EnsureAsync(table, item, token));
            return null;
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.IncompatibleSchemaChange)
        {
            return PlainFormat.Refuse(
                table.FullName,
                exception.Version ?? 0,
                "its columns cannot be told by those of the version that describes the answer"
            ) with
            {
                OperatorMessage = exception.Message,
            };
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.DataFileMissing)
        {
            return IsGone(table, exception.Message);
        }
        catch (PlainCopyRoomException exception)
        {
            return new ProtocolRefusal(503, ErrorCodes.TemporarilyUnavailable, $"There is no room to prepare {table.FullName} just now. Try again later.")
            {
                RetryAfter = TimeSpan.FromMinutes(5),
                OperatorMessage = exception.Message,
            };
        }
    }

    /// <summary>What is told of a file's copy, which is written unless it is there; <see langword="null"/> where no row of it counts.</summary>
    public async ValueTask<DeltaAction?> DescribeAsync(PlainTable table, PlainItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        var size = await writer.EnsureAsync(table, item, cancellationToken);
        return size == 0 ? null : item.View.Describe(item.File, item.View.KeyOf(item.File), size);
    }

    /// <summary>The same for a file of the version itself, of which a client is told even where all its rows are deleted.</summary>
    public async ValueTask<AddFile> DescribeAsync(PlainTable table, PlainView view, AddFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        var item = new PlainItem(view, PlainFile.Of(file));
        var size = await writer.EnsureAsync(table, item, cancellationToken);
        return (AddFile)view.Describe(item.File, view.KeyOf(item.File), size);
    }

    // Of a file that was removed long ago, the addresses of the delta format are told, and readers pass it by; its rows cannot be.
    private static ProtocolRefusal IsGone(PlainTable table, string reason) =>
        ProtocolRefusals.Unsupported(
            $"Unsupported Delta Table Properties: files that the answer of {table.FullName} is about have been deleted, so they cannot be written again for the "
                + "response format parquet. A client that takes the response format delta can be told of them."
        ) with
        {
            OperatorMessage = reason,
        };

    private static ProtocolRefusal TooLarge(PlainTable table) =>
        ProtocolRefusals.Unsupported(
            $"Unsupported Delta Table Properties: {table.FullName} is too large to be written again for the response format parquet. "
                + "A client that takes the response format delta can read it."
        );
}
