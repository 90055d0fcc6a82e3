using System.Net;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>Shares and grants through the management API.</summary>
internal static class ShareSetup
{
    public const string SharesPath = "/api/2.1/unity-catalog/shares";

    public static async Task<Answer> CreateShareAsync(this RegistryProcess process, string name) =>
        (await process.Operator.PostAnswerAsync(SharesPath, new { name })).ShouldBe(HttpStatusCode.Created);

    public static Task<Answer> UpdateTablesAsync(this RegistryProcess process, string share, string action, params object[] tables) =>
        process.Operator.PatchAnswerAsync($"{SharesPath}/{share}", new { updates = tables.Select(table => new { action, data_object = table }) });

    /// <summary>Shares a table with all its history.</summary>
    public static async Task<Answer> ShareTableAsync(
        this RegistryProcess process,
        string share,
        string sharedAs,
        string location,
        bool history = true,
        long? startVersion = 0
    ) =>
        (
            await process.UpdateTablesAsync(
                share,
                "ADD",
                new
                {
                    name = sharedAs,
                    data_object_type = "TABLE",
                    storage_location = location,
                    history_data_sharing_status = history ? "ENABLED" : "DISABLED",
                    start_version = startVersion,
                }
            )
        ).ShouldBe(HttpStatusCode.OK);

    public static async Task GrantAsync(this RegistryProcess process, string share, RecipientClient recipient) =>
        (await process.ChangeGrantAsync(share, recipient.Name, add: ["SELECT"])).ShouldBe(HttpStatusCode.OK);

    public static async Task RevokeAsync(this RegistryProcess process, string share, RecipientClient recipient) =>
        (await process.ChangeGrantAsync(share, recipient.Name, remove: ["SELECT"])).ShouldBe(HttpStatusCode.OK);

    public static Task<Answer> ChangeGrantAsync(this RegistryProcess process, string share, string principal, string[]? add = null, string[]? remove = null) =>
        process.Operator.PatchAnswerAsync(
            $"{SharesPath}/{share}/permissions",
            new
            {
                changes = new[]
                {
                    new
                    {
                        principal,
                        add = add ?? [],
                        remove = remove ?? [],
                    },
                },
            }
        );
}
