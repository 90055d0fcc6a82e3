using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Tables;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>A version of a table as a client sees it that reads only plain Parquet: columns by the names of the schema, no deleted rows.</summary>
public sealed partial class PlainView
{
    private static readonly string[] PropertiesLeft = [TableProperties.EnableChangeDataFeed];

    private readonly bool allNeedCopies;
    private readonly byte[] identity;
    private readonly Dictionary<string, string> partitionNames;
    private readonly PlainStatistics statistics;

    internal PlainView(Snapshot snapshot, Uri location)
    {
        Snapshot = snapshot;
        var schema = snapshot.Schema;
        var mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
        statistics = new PlainStatistics(schema, mode);
        allNeedCopies = PlainFormat.FindFault(snapshot.Metadata) is not null;
        identity = SHA256.HashData(
            Encoding.UTF8.GetBytes(
                string.Join('\n', [location.AbsoluteUri, snapshot.Metadata.Id, snapshot.Metadata.SchemaString, $"{mode}", .. snapshot.PartitionColumns])
            )
        );
        partitionNames = snapshot
            .PartitionColumns.Select(name => schema.Find(name)!)
            .ToDictionary(field => ColumnMapping.PhysicalName(field, mode), field => field.Name, StringComparer.Ordinal);
        DataColumns = [.. schema.Fields.Select(field => field.Name).Where(name => !snapshot.PartitionColumns.Contains(name, StringComparer.Ordinal))];
        Metadata = snapshot.Metadata with
        {
            SchemaString = allNeedCopies ? SchemaJson.Write(PlainSchema.Of(schema)) : snapshot.Metadata.SchemaString,
            Configuration = snapshot
                .Metadata.Configuration.Where(pair => PropertiesLeft.Contains(pair.Key))
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
        };
    }

    /// <summary>The metadata without what such a client must not try to heed.</summary>
    public Metadata Metadata { get; }

    /// <summary>What the rows are read by; its files are not looked at.</summary>
    internal Snapshot Snapshot { get; }

    /// <summary>The columns in the files.</summary>
    internal IReadOnlyList<string> DataColumns { get; }

    /// <summary>Whether a file cannot be handed out as it is.</summary>
    public bool NeedsCopy(PlainFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return allNeedCopies
            || file.Within is not null
            || file.Without is not null
            || (file.InForce is { } then && !ReferenceEquals(then, Snapshot.Metadata) && PlainFormat.FindFault(then) is not null);
    }

    /// <summary>Whether a file of the version itself cannot be handed out as it is.</summary>
    public bool NeedsCopy(AddFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return allNeedCopies || file.DeletionVector is not null;
    }

    /// <summary>The name of a file's copy: another one where anything is different that its rows come from.</summary>
    internal string KeyOf(PlainFile file)
    {
        var modified = (file.Action as AddFile)?.ModificationTime;
        var kind = file.Action is AddCdcFile ? "\ncdc" : "";
        var within = file.Within is { } only ? $"\nonly {only.UniqueId}" : "";
        // Whether the rows fit at all is found out when they are written.
        var then = file.InForce is { } inForce ? $"\nof {inForce.SchemaString}" : "";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(identity);
        hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\n{file.Size}\n{modified}\n{file.Without?.UniqueId}{within}{kind}{then}"));
        var name = Convert.ToHexStringLower(hash.GetHashAndReset());
        return $"{name[..2]}/{name}.parquet";
    }

    /// <summary>Whether an object may be a copy, by the form of its key.</summary>
    internal static bool IsKey(string key) => CopyKey().IsMatch(key);

    [GeneratedRegex(
        @"^(?<part>[0-9a-f]{2})/\k<part>[0-9a-f]{62}\.parquet$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex CopyKey();

    /// <summary>What is told of a file's copy.</summary>
    internal DeltaAction Describe(PlainFile file, string key, long size) =>
        file.Action switch
        {
            AddFile add => add with
            {
                Path = key,
                Size = size,
                PartitionValues = Renamed(add.PartitionValues),
                Stats = file.Within is null ? statistics.Of(add) : null,
                DeletionVector = null,
            },
            RemoveFile remove => remove with
            {
                Path = key,
                Size = size,
                PartitionValues = remove.PartitionValues is { } values ? Renamed(values) : null,
                DeletionVector = null,
            },
            AddCdcFile cdc => cdc with { Path = key, Size = size, PartitionValues = Renamed(cdc.PartitionValues) },
            _ => throw PlainFile.Unexpected(file.Action),
        };

    private Dictionary<string, string?> Renamed(IReadOnlyDictionary<string, string?> values) =>
        values.ToDictionary(pair => partitionNames.GetValueOrDefault(pair.Key, pair.Key), pair => pair.Value, StringComparer.Ordinal);
}
