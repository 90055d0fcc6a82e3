using System.Security.Cryptography;
using System.Text;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// Metadata of a local table that follows a remote one. Of the remote settings and column rules none is taken over: they are duties of the remote
/// table's writers, and what they ask for is in the rows already.
/// </summary>
internal static class ReceivedMetadata
{
    /// <summary>Table property with the id of the remote table, to notice when that was made anew under the same name.</summary>
    public const string RemoteIdProperty = "tideway.remoteTableId";

    /// <summary>Table property with a digest of the remote schema and partitioning that the local table was made for.</summary>
    public const string RemoteSchemaProperty = "tideway.remoteSchema";

    private static readonly string[] ColumnRules = ["delta.", "CURRENT_DEFAULT", "EXISTS_DEFAULT"];

    /// <summary>The metadata to set: the remote schema, and the settings that the local table has.</summary>
    public static Metadata Of(MetadataLine remote, Metadata? local, DateTimeOffset now, params IEnumerable<(string Name, string Value)> settings)
    {
        var configuration = new Dictionary<string, string>(local?.Configuration ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (name, value) in settings)
            configuration[name] = value;
        configuration[RemoteIdProperty] = remote.Id;
        configuration[RemoteSchemaProperty] = DigestOf(remote);
        return new Metadata
        {
            Id = local?.Id ?? Guid.CreateVersion7().ToString(),
            TableName = remote.Name,
            Description = remote.Description,
            SchemaString = SchemaOf(remote),
            PartitionColumns = remote.PartitionColumns,
            CreatedTime = local?.CreatedTime ?? now.ToUnixTimeMilliseconds(),
            Configuration = configuration,
        };
    }

    /// <summary>Whether the local table was made from this remote one, and not from an earlier one of the same name.</summary>
    public static bool IsSameTable(MetadataLine remote, Metadata local) => local.Configuration.GetValueOrDefault(RemoteIdProperty) == remote.Id;

    /// <summary>Whether the local table has the remote schema and partitioning.</summary>
    public static bool HasSameSchema(MetadataLine remote, Metadata local) => local.Configuration.GetValueOrDefault(RemoteSchemaProperty) == DigestOf(remote);

    private static string DigestOf(MetadataLine remote) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{remote.SchemaString}\n{string.Join('\n', remote.PartitionColumns)}")));

    private static string SchemaOf(MetadataLine remote)
    {
        var schema = SchemaJson.Parse(remote.SchemaString);
        // Where there is nothing to leave out, the text stays byte for byte.
        return HasRules(schema) ? SchemaJson.Write((StructType)WithoutRules(schema)) : remote.SchemaString;
    }

    private static bool HasRules(DeltaType type) =>
        type switch
        {
            StructType structure => structure.Fields.Any(field => field.Metadata.Keys.Any(IsRule) || HasRules(field.Type)),
            ArrayType array => HasRules(array.ElementType),
            MapType map => HasRules(map.KeyType) || HasRules(map.ValueType),
            _ => false,
        };

    private static DeltaType WithoutRules(DeltaType type) =>
        type switch
        {
            StructType structure => new StructType([.. structure.Fields.Select(WithoutRules)]),
            ArrayType array => array with { ElementType = WithoutRules(array.ElementType) },
            MapType map => map with { KeyType = WithoutRules(map.KeyType), ValueType = WithoutRules(map.ValueType) },
            _ => type,
        };

    private static StructField WithoutRules(StructField field) =>
        field with
        {
            Type = WithoutRules(field.Type),
            Metadata = field.Metadata.Where(pair => !IsRule(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
        };

    private static bool IsRule(string key) => ColumnRules.Any(rule => key.StartsWith(rule, StringComparison.Ordinal));
}
