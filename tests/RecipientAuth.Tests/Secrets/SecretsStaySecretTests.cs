using System.Text;
using System.Text.Json;
using Tideway.Contracts.RecipientAuth;
using Tideway.RecipientAuth.Tests.Hosts;
using static Tideway.RecipientAuth.Tests.Hosts.Answers;

namespace Tideway.RecipientAuth.Tests.Secrets;

public sealed class SecretsStaySecretTests
{
    [Fact]
    public async Task No_token_or_link_is_in_later_answers_in_logs_in_events_or_on_disk()
    {
        var folder = RecipientAuthProcess.NewFolder();
        try
        {
            List<string> secrets = [RecipientAuthProcess.AdminToken];
            StringBuilder written = new();
            await using (
                var process = await RecipientAuthProcess.StartAsync(
                    "--Database:Folder=" + folder,
                    "--Logging:LogLevel:Default=Information",
                    "--Logging:LogLevel:Microsoft.AspNetCore=Information"
                )
            )
            {
                await UseEverySecretAsync(process, secrets);
                written.Append((await process.Admin.GetAnswerAsync(RecipientsPath)).Text);
                written.Append((await process.Admin.GetAnswerAsync(RecipientsPath + "/acme")).Text);
                written.Append((await process.Admin.PatchAnswerAsync(RecipientsPath + "/acme", new { comment = "x" })).Text);
                written.Append((await process.Admin.GetAnswerAsync(PrincipalsPath)).Text);
                written.Append((await process.Admin.GetAnswerAsync(PrincipalsPath + "/boss")).Text);
                await process.Admin.DeleteAnswerAsync(RecipientsPath + "/acme");
                await process.Events.WaitForAsync<RecipientDeleted>(_ => true);
                foreach (var published in process.Events.All)
                    written.Append(JsonSerializer.Serialize(published, published.GetType()));
                process.Log.Lines.ShouldContain(line => line.Contains("was issued a token"));
                process.Log.Lines.ShouldContain(line => line.Contains("was refused: Used"));
                written.AppendJoin('\n', process.Log.Lines);
            }

            foreach (var file in Directory.EnumerateFiles(folder))
                written.Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));

            secrets.Count.ShouldBe(8);
            foreach (var secret in secrets)
                written.ToString().ShouldNotContain(secret, Case.Sensitive);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task UseEverySecretAsync(RecipientAuthProcess process, List<string> secrets)
    {
        var first = await process.CreateRecipientAsync("acme");
        await process.ActivateAsync(first.Replace("activation/", "activation_info/"));
        secrets.Add(await process.TokenOfAsync(first));
        await process.ActivateAsync(first);
        var second = LinkOf(await process.Admin.PostAnswerAsync(RecipientsPath + "/acme/rotate-token", new { existing_token_expire_in_seconds = 60 }));
        secrets.Add(await process.TokenOfAsync(second));
        secrets.Add(NonceOf(first));
        secrets.Add(NonceOf(second));
        secrets.Add(NonceOf(await process.CreateRecipientAsync("unopened")));
        secrets.Add(await process.CreatePrincipalAsync("boss", "admin"));
        secrets.Add((await process.Admin.PostAnswerAsync(PrincipalsPath + "/boss/rotate-token", "{}")).Json.GetProperty("token").GetString()!);
    }

    private static string NonceOf(string link) => link[(link.LastIndexOf('/') + 1)..];
}
