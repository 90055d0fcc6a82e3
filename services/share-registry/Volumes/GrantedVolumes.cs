using Tideway.ShareRegistry.Shares;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>Volumes as one recipient sees them. What it is not granted is not there.</summary>
internal sealed class GrantedVolumes(ShareRegistryDatabase database)
{
    public Task<IReadOnlyList<GrantedVolume>> ListAsync(
        Guid recipientId,
        string share,
        string schema,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.QueryAsync<GrantedVolume>(
            GrantedVolumesSql.List,
            new
            {
                recipientId,
                share = Share.KeyOf(share),
                schema = Share.KeyOf(schema),
                after,
                limit,
            },
            cancellationToken
        );

    public Task<IReadOnlyList<GrantedVolume>> ListAllAsync(
        Guid recipientId,
        string share,
        (string Schema, string Volume) after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.QueryAsync<GrantedVolume>(
            GrantedVolumesSql.ListAll,
            new
            {
                recipientId,
                share = Share.KeyOf(share),
                afterSchema = after.Schema,
                afterVolume = after.Volume,
                limit,
            },
            cancellationToken
        );

    public Task<GrantedVolume?> FindAsync(Guid recipientId, string share, string schema, string volume, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<GrantedVolume>(
            GrantedVolumesSql.Find,
            new
            {
                recipientId,
                share = Share.KeyOf(share),
                schema = Share.KeyOf(schema),
                volume = Share.KeyOf(volume),
            },
            cancellationToken
        );
}
