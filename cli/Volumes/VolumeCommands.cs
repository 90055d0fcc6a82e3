using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.Cli.Read;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Volumes;
using Tideway.DeltaSharing.Protocol.Listing;

namespace Tideway.Cli.Volumes;

/// <summary>What comes as files: volumes that a sharing server shares with the owner of a profile file.</summary>
internal static class VolumeCommands
{
    private static readonly Column[] ListColumns =
    [
        Column.Of("SHARE", "share"),
        Column.Of("SCHEMA", "schema"),
        Column.Of("VOLUME", "name"),
        Column.Of("LOCATION", "location"),
    ];

    private static readonly Column[] CredentialColumns =
    [
        Column.Of("Location", "location"),
        Column.Of("Access key id", "access_key_id"),
        Column.Of("Secret access key", "secret_access_key"),
        Column.Of("Session token", "session_token"),
        Column.Of("SAS token", "sas_token"),
        Column.Of("OAuth token", "oauth_token"),
        Column.Time("Good until", "expires_at"),
    ];

    public static Command Make(CommandSet commands) =>
        CommandSet.Group(
            "volume",
            "Volumes: files of any kind that a sharing server shares, by its profile file",
            List(commands),
            Files(commands),
            VolumeGetCommand.Make(commands),
            Credentials(commands)
        );

    /// <summary>The argument that names a volume and a path in it.</summary>
    public static Argument<string> Target(string what) =>
        Symbols.Text("PROFILE#SHARE.SCHEMA.VOLUME[/PATH]", $"The profile file and the volume; with a path, {what}");

    public static VolumeAddress AddressOf(Call call, Argument<string> target) => VolumeAddress.Parse(call.Get(target), File.Exists);

    private static Command List(CommandSet commands)
    {
        var target = Symbols.Text("PROFILE[#SHARE[.SCHEMA]]", "The profile file; with a share or schema, only what is in it");
        var profile = new ProfileOptions();
        return commands.Leaf(
            "list",
            "List the volumes that are shared",
            "tideway volume list partner.share#sales",
            [target, .. profile.All],
            (call, cancellationToken) =>
                SharingFailure.GuardAsync(async () =>
                {
                    var address = AddressOf(call, target);
                    if (address.Names.Count > 2 || address.Path.Length > 0)
                        throw new CliFailure(ExitCode.Usage, "Expected a share or a schema at most; 'tideway volume files' lists what is in a volume.");
                    using var client = await profile.OpenAsync(call, address.Profile, new DeltaSharingClientOptions(), cancellationToken);
                    var volumes = new List<JsonElement>();
                    await foreach (var volume in VolumesOf(client.Sharing, address.Names, cancellationToken))
                        volumes.Add(
                            JsonSerializer.SerializeToElement(
                                new
                                {
                                    share = volume.Share,
                                    schema = volume.Schema,
                                    name = volume.Name,
                                    id = volume.Id,
                                    location = volume.StorageLocation,
                                }
                            )
                        );
                    call.Output.List(volumes, ListColumns);
                })
        );
    }

    private static async IAsyncEnumerable<VolumeItem> VolumesOf(
        DeltaSharingClient client,
        IReadOnlyList<string> names,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (names is [var share, var schema])
        {
            await foreach (var volume in client.ListVolumesAsync(share, schema, cancellationToken))
                yield return volume;
            yield break;
        }

        List<string> shares = [.. names];
        if (shares.Count == 0)
            await foreach (var item in client.ListSharesAsync(cancellationToken))
                shares.Add(item.Name);
        foreach (var name in shares)
        {
            await foreach (var volume in client.ListAllVolumesAsync(name, cancellationToken))
                yield return volume;
        }
    }

    private static Command Files(CommandSet commands)
    {
        var target = Target("only the file or folder there");
        var profile = new ProfileOptions();
        return commands.Leaf(
            "files",
            "List the files of a volume",
            "tideway volume files partner.share#sales.public.manuals/2026 -o json",
            [target, .. profile.All],
            (call, cancellationToken) =>
                SharingFailure.GuardAsync(async () =>
                {
                    var address = AddressOf(call, target);
                    var volume = address.Volume;
                    using var client = await profile.OpenAsync(call, address.Profile, new DeltaSharingClientOptions(), cancellationToken);
                    await foreach (var file in ListedFiles.OfAsync(client.Sharing, volume, address.Path, withUrls: false, cancellationToken))
                        call.Output.Line(Json(file), _ => $"{BytesText.Of(file.Size), 11}  {TimeOf(file), 20}  {file.Path}");
                })
        );
    }

    private static Command Credentials(CommandSet commands)
    {
        var target = Symbols.Text("PROFILE#SHARE.SCHEMA.VOLUME", "The profile file and the volume");
        var profile = new ProfileOptions();
        return commands.Leaf(
            "credentials",
            "Show credentials with which other programs read a volume's store directly, where the server gives any; they are secret",
            "tideway volume credentials partner.share#sales.public.manuals -o json",
            [target, .. profile.All],
            (call, cancellationToken) =>
                SharingFailure.GuardAsync(async () =>
                {
                    var address = AddressOf(call, target);
                    var volume = address.Volume;
                    using var client = await profile.OpenAsync(call, address.Profile, new DeltaSharingClientOptions(), cancellationToken);
                    var credentials = await client.Sharing.GetTemporaryVolumeCredentialsAsync(volume, cancellationToken);
                    var aws = credentials.AwsTempCredentials ?? credentials.R2Credentials;
                    var item = new
                    {
                        location = credentials.Location,
                        access_key_id = aws?.AccessKeyId,
                        secret_access_key = aws?.SecretAccessKey,
                        session_token = aws?.SessionToken,
                        sas_token = credentials.AzureUserDelegationSas?.SasToken,
                        oauth_token = credentials.GcpOauthToken?.OauthToken,
                        expires_at = credentials.ExpirationTime,
                    };
                    call.Output.Item(JsonSerializer.SerializeToElement(item, OmitAbsent), CredentialColumns);
                })
        );
    }

    private static readonly JsonSerializerOptions OmitAbsent = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private static JsonElement Json(VolumeFile file) =>
        JsonSerializer.SerializeToElement(
            new
            {
                path = file.Path,
                size = file.Size,
                last_modified = file.LastModified?.ToUnixTimeMilliseconds(),
            },
            OmitAbsent
        );

    private static string TimeOf(VolumeFile file) =>
        file.LastModified?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
