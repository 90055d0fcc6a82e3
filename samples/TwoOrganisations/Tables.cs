using Tideway.DeltaLog;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.TwoOrganisations;

/// <summary>Tables on the organisations' disks, read and written as their owners would with any engine.</summary>
internal static class Tables
{
    public static DeltaTable Open(string folder) => new(new LocalObjectStore(folder), TimeProvider.System);

    public static DuckDbConnection Connect(DuckDbDatabase database)
    {
        var connection = database.Connect();
        TableReader.UseUtc(connection);
        return connection;
    }

    /// <summary>Rows and a hash of the contents that does not depend on the order of rows or on the files they lie in.</summary>
    public static async Task<Content> ContentAsync(DuckDbDatabase database, string folder, CancellationToken cancellationToken)
    {
        var table = Open(folder);
        var snapshot = await table.LoadAsync(cancellationToken: cancellationToken);
        var columns = snapshot.Schema.Fields.Select(field => field.Name).Order(StringComparer.Ordinal).ToList();
        var scan = await new TableReader(table.Store).ScanSqlAsync(snapshot, new ScanOptions { Columns = columns }, cancellationToken);
        using var connection = Connect(database);
        using var result = connection.Query($"SELECT count(*), md5(concat(sum(hash(t)::HUGEINT), bit_xor(hash(t)))) FROM ({scan}) AS t", [], cancellationToken);
        var row = result.Rows(cancellationToken).Single();
        return new Content((long)row[0]!, (string)row[1]!, snapshot.Version);
    }
}

/// <summary>What a table holds.</summary>
internal sealed record Content(long Rows, string Hash, long Version)
{
    public bool Equals(Content? other) => other is not null && Rows == other.Rows && Hash == other.Hash;

    public override int GetHashCode() => HashCode.Combine(Rows, Hash);
}
