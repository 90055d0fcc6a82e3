using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// Metadata of a local table that follows a remote one. Of the remote settings and column rules only those come that say how files are read, and only where the local
/// table has the remote one's files: the others are duties of the remote table's writers, and what they ask for is in the rows already.
/// </summary>
internal static class ReceivedMetadata
{
    /// <summary>Table property with the id of the remote table, to notice when that was made anew under the same name.</summary>
    public const string RemoteIdProperty = "tideway.remoteTableId";

    /// <summary>Table property with a digest of the remote schema and partitioning that the local table was made for.</summary>
    public const string RemoteSchemaProperty = "tideway.remoteSchema";

    private const string MappingPrefix = "delta.columnMapping.";
    private const string MaxIdProperty = MappingPrefix + "maxColumnId";
    private const string TypeChanges = "delta.typeChanges";

    // What Parquet files of tables without column mapping must not call a column.
    private static readonly SearchValues<char> NotInPlainNames = SearchValues.Create(" ,;{}()\n\t=");

    private static readonly string[] ColumnRules = ["delta.", "CURRENT_DEFAULT", "EXISTS_DEFAULT"];

    /// <summary>The metadata of a table that has the remote one's files: the remote schema with the names that columns have in files, and the settings that the local table has.</summary>
    public static Metadata ForFiles(Metadata remote, Metadata? local, DateTimeOffset now)
    {
        var isMapped = IsMapped(remote);
        if (isMapped)
            RequireNames(remote);
        var schema = SchemaOf(remote, key => key == TypeChanges || (isMapped && key.StartsWith(MappingPrefix, StringComparison.Ordinal)));
        return With(remote, local, now, schema, isMapped ? remote.Configuration[ColumnMapping.ModeProperty] : null, []);
    }

    /// <summary>
    /// The metadata of a table that gets the remote one's rows in files of its own: the remote schema, the settings that the local table has, and further ones. Columns have
    /// other names in files only where they could not have their own.
    /// </summary>
    public static Metadata ForRows(Metadata remote, Metadata? local, DateTimeOffset now, params IEnumerable<(string Name, string Value)> settings)
    {
        var isMapped = IsMapped(remote) && Names(SchemaJson.Parse(remote.SchemaString)).Any(name => name.AsSpan().ContainsAny(NotInPlainNames));
        var schema = SchemaOf(remote, key => isMapped && key.StartsWith(MappingPrefix, StringComparison.Ordinal));
        return With(remote, local, now, schema, isMapped ? "name" : null, settings);
    }

    /// <summary>Whether the local table was made from this remote one, and not from an earlier one of the same name.</summary>
    public static bool IsSameTable(Metadata remote, Metadata local) => local.Configuration.GetValueOrDefault(RemoteIdProperty) == remote.Id;

    /// <summary>Whether the local table has the remote schema and partitioning, and columns are found in files the same way.</summary>
    public static bool HasSameSchema(Metadata remote, Metadata local) => local.Configuration.GetValueOrDefault(RemoteSchemaProperty) == DigestOf(remote);

    private static Metadata With(
        Metadata remote,
        Metadata? local,
        DateTimeOffset now,
        string schema,
        string? mappingMode,
        IEnumerable<(string Name, string Value)> settings
    )
    {
        var configuration = (local?.Configuration ?? new Dictionary<string, string>())
            .Where(pair => !pair.Key.StartsWith(MappingPrefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        foreach (var (name, value) in settings)
            configuration[name] = value;
        configuration[RemoteIdProperty] = remote.Id;
        configuration[RemoteSchemaProperty] = DigestOf(remote);
        if (mappingMode is not null)
        {
            configuration[ColumnMapping.ModeProperty] = mappingMode;
            configuration[MaxIdProperty] = HighestColumnId(remote, local).ToString(CultureInfo.InvariantCulture);
        }

        return new Metadata
        {
            Id = local?.Id ?? Guid.CreateVersion7().ToString(),
            TableName = remote.TableName,
            Description = remote.Description,
            SchemaString = schema,
            PartitionColumns = remote.PartitionColumns,
            CreatedTime = local?.CreatedTime ?? now.ToUnixTimeMilliseconds(),
            Configuration = configuration,
        };
    }

    // Refused before anything is committed: nobody could read the table.
    private static void RequireNames(Metadata remote)
    {
        var mode = remote.Configuration[ColumnMapping.ModeProperty];
        if (mode is not ("name" or "id"))
            throw new SyncRefusedException($"Expected the remote table to map columns by name or id ({ColumnMapping.ModeProperty}), got '{mode}'.");
        foreach (var field in Fields(SchemaJson.Parse(remote.SchemaString)))
            ColumnMapping.PhysicalName(field, ColumnMappingMode.Name);
    }

    private static bool IsMapped(Metadata remote) => remote.Configuration.GetValueOrDefault(ColumnMapping.ModeProperty, "none") != "none";

    // Never lower than what the local table had: an id is given to one column only. A server may tell the columns alone.
    private static long HighestColumnId(Metadata remote, Metadata? local) =>
        Math.Max(
            Math.Max(MaxId(remote), local is null ? 0 : MaxId(local)),
            Fields(SchemaJson.Parse(remote.SchemaString)).Select(field => (long)ColumnMapping.Id(field)).DefaultIfEmpty(0).Max()
        );

    private static long MaxId(Metadata metadata) =>
        long.TryParse(metadata.Configuration.GetValueOrDefault(MaxIdProperty), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    private static string DigestOf(Metadata remote)
    {
        var text = $"{remote.SchemaString}\n{string.Join('\n', remote.PartitionColumns)}";
        if (IsMapped(remote))
            text += $"\n{ColumnMapping.ModeProperty}={remote.Configuration[ColumnMapping.ModeProperty]}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string SchemaOf(Metadata remote, Func<string, bool> isKept)
    {
        var schema = SchemaJson.Parse(remote.SchemaString);
        // Where there is nothing to leave out, the text stays byte for byte.
        return Fields(schema).Any(field => field.Metadata.Keys.Any(key => IsRule(key) && !isKept(key)))
            ? SchemaJson.Write((StructType)WithoutRules(schema, isKept))
            : remote.SchemaString;
    }

    private static IEnumerable<string> Names(DeltaType type) => Fields(type).Select(field => field.Name);

    private static IEnumerable<StructField> Fields(DeltaType type) =>
        type switch
        {
            StructType structure => structure.Fields.SelectMany(field => Fields(field.Type).Prepend(field)),
            ArrayType array => Fields(array.ElementType),
            MapType map => Fields(map.KeyType).Concat(Fields(map.ValueType)),
            _ => [],
        };

    private static DeltaType WithoutRules(DeltaType type, Func<string, bool> isKept) =>
        type switch
        {
            StructType structure => new StructType([.. structure.Fields.Select(field => WithoutRules(field, isKept))]),
            ArrayType array => array with { ElementType = WithoutRules(array.ElementType, isKept) },
            MapType map => map with { KeyType = WithoutRules(map.KeyType, isKept), ValueType = WithoutRules(map.ValueType, isKept) },
            _ => type,
        };

    private static StructField WithoutRules(StructField field, Func<string, bool> isKept) =>
        field with
        {
            Type = WithoutRules(field.Type, isKept),
            Metadata = field
                .Metadata.Where(pair => !IsRule(pair.Key) || isKept(pair.Key))
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
        };

    private static bool IsRule(string key) => ColumnRules.Any(rule => key.StartsWith(rule, StringComparison.Ordinal));
}
