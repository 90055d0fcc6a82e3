using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Makes what writes the files of an answer, each with an address that its recipient can read for a while.</summary>
internal sealed class AnswerFiles(IUrlSigner signer, IOptions<FileUrlOptions> options, TimeProvider time)
{
    public TimeSpan UrlLifetime => options.Value.UrlLifetime;

    /// <summary>To be awaited before addresses are made.</summary>
    public ValueTask PrepareAsync(ServedTable table, CancellationToken cancellationToken) => PrepareAsync(table.Location, cancellationToken);

    /// <summary>The same for addresses below a folder.</summary>
    public ValueTask PrepareAsync(StorageLocation folder, CancellationToken cancellationToken) =>
        signer.PrepareAsync(folder, options.Value.UrlLifetime, cancellationToken);

    public AnswerUrls Urls(TableCall call, ServedTable table) => Urls(call, table.Location, table.Table.Store.Root);

    public AnswerUrls Urls(TableCall call, StorageLocation folder) => Urls(call, folder, folder.Uri);

    private AnswerUrls Urls(TableCall call, StorageLocation folder, Uri root) =>
        new(
            signer,
            folder,
            root,
            options.Value.UrlLifetime,
            call.RequestId,
            new FileUrlContext(call.RecipientId, call.Table.ShareName, call.Table.SchemaName, call.Table.TableName).ToText(),
            time
        );
}
