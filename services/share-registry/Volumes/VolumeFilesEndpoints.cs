using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Paging;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>Our own addition to OpenSharing, for clients without an SDK of the store: lists of a volume's files, and signed addresses of them. See docs/volumes.md.</summary>
internal static class VolumeFilesEndpoints
{
    public const string Volume = "/shares/{share}/schemas/{schema}/volumes/{volume}";

    /// <summary>The largest page of files, which is what object stores give at once.</summary>
    private const int MaxPage = 1000;

    public static void MapVolumeFiles(this IEndpointRouteBuilder group)
    {
        group
            .MapRead(Volume + "/files", ListAsync)
            .WithProtocolAction(ProtocolActions.ListVolumeFiles)
            .WithName("sharing.listVolumeFiles")
            .WithSummary("Lists the files of a volume, with signed addresses where urls=true; pages by maxResults and pageToken");
        group
            .MapGet(Volume + "/files/{**path}", GetAsync)
            .WithProtocolAction(ProtocolActions.GetVolumeFile)
            .WithName("sharing.getVolumeFile")
            .WithSummary("Sends on (307) to a signed address of one file");
        group
            .MapMethods(Volume + "/files/{**path}", [HttpMethods.Head], HeadAsync)
            .WithProtocolAction(ProtocolActions.GetVolumeFile)
            .WithName("sharing.headVolumeFile");
    }

    private static Task<IResult> ListAsync(
        string? path,
        string? urls,
        HttpContext context,
        VolumeStorage storage,
        VolumeFiles files,
        ContinuationTokens tokens,
        CancellationToken cancellationToken
    ) =>
        VolumeCall.AnswerAsync(
            context,
            async call =>
            {
                var read = ListParameters.Read(context.Request, MaxPage);
                var within = ReadPath(path ?? "", mayBeFolder: true);
                var withUrls = ReadUrls(urls);
                if (read.IsRefused(out var refusal) || within.IsRefused(out refusal) || withUrls.IsRefused(out refusal))
                    return refusal;
                var scope = new ContinuationScope(ContinuationKind.List, call.RecipientId, $"volume-files/{call.Volume.VolumeId}", $"path={within.Value}");
                var after = tokens.ReadCursor(read.Value, scope);
                if (after.IsRefused(out refusal))
                    return refusal;

                var volume = storage.Open(call.Volume);
                var from = after.Value is { } cursor ? VolumeCursor.Parse(cursor) : null;
                var found = await VolumeStorage.ListAsync(volume, within.Value, from, Math.Max(read.Value.MaxResults, 1), cancellationToken);
                if (read.Value.MaxResults == 0)
                    return JsonAnswer.Of(new ListPage<VolumeFileItem> { Items = [], NextPageToken = found.Objects.Count > 0 ? Next(after.Value ?? "") : null });
                var next = found.Next is { } position ? Next(VolumeCursor.ToText(position)) : null;
                if (!withUrls.Value)
                    return JsonAnswer.Of(PageOf(VolumeFiles.Describe));
                await files.PrepareAsync(volume, cancellationToken);
                var exchange = ProtocolExchange.Of(context);
                exchange.FileCount = found.Objects.Count;
                exchange.ByteCount = found.Objects.Sum(file => file.Size);
                return JsonAnswer.OfSigned(PageOf(file => files.DescribeSigned(file, call, volume)));

                string Next(string cursor) => tokens.Issue(scope, cursor, ListPaging.TokenLifetime, endsOnTheHour: true);
                ListPage<VolumeFileItem> PageOf(Func<ObjectInfo, VolumeFileItem> item) =>
                    new() { Items = [.. found.Objects.Select(item)], NextPageToken = next };
            },
            cancellationToken
        );

    private static Task<IResult> GetAsync(string? path, HttpContext context, VolumeStorage storage, VolumeFiles files, CancellationToken cancellationToken) =>
        FindAsync(
            path,
            context,
            storage,
            async (call, volume, file) =>
            {
                await files.PrepareAsync(volume, cancellationToken);
                var url = files.Sign(call, volume, file.Key);
                var exchange = ProtocolExchange.Of(context);
                exchange.FileCount = 1;
                exchange.ByteCount = file.Size;
                return new RedirectAnswer(url.Url);
            },
            cancellationToken
        );

    // An address is signed for reading; a store that is asked for the head by it would refuse.
    private static Task<IResult> HeadAsync(string? path, HttpContext context, VolumeStorage storage, CancellationToken cancellationToken) =>
        FindAsync(path, context, storage, (_, _, file) => Task.FromResult<IResult>(new FileHeadAnswer(file.Size, file.LastModified)), cancellationToken);

    private static Task<IResult> FindAsync(
        string? path,
        HttpContext context,
        VolumeStorage storage,
        Func<VolumeCall, OpenVolume, ObjectInfo, Task<IResult>> answer,
        CancellationToken cancellationToken
    ) =>
        VolumeCall.AnswerAsync(
            context,
            async call =>
            {
                ProtocolExchange.Of(context).AddParameter("path", path);
                var key = ReadPath(path ?? "", mayBeFolder: false);
                if (key.IsRefused(out var refusal))
                    return refusal;
                var volume = storage.Open(call.Volume);
                return await VolumeStorage.FindAsync(volume, key.Value, cancellationToken) is { } file
                    ? await answer(call, volume, file)
                    : ProtocolRefusals.VolumeFileNotFound(call.Volume.ShareName, call.Volume.SchemaName, call.Volume.VolumeName, key.Value);
            },
            cancellationToken
        );

    private static Checked<string> ReadPath(string path, bool mayBeFolder)
    {
        if (mayBeFolder && path.EndsWith('/'))
            path = path[..^1];
        if (mayBeFolder && path.Length == 0)
            return path;
        try
        {
            ObjectKey.Validate(path);
            return path;
        }
        catch (ObjectStorageException exception)
        {
            return ProtocolRefusals.Invalid($"path must be that of a file or folder below the volume, such as a/b.pdf. {exception.Message}");
        }
    }

    private static Checked<bool> ReadUrls(string? urls) =>
        urls switch
        {
            null or "" => false,
            var text when bool.TryParse(text, out var wanted) => wanted,
            var text => ProtocolRefusals.Invalid($"urls must be true or false, not '{text}'."),
        };
}
