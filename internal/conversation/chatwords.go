package conversation

import (
	"regexp"
	"strings"
	"unicode"
)

// What WhatsApp itself writes where a message was, in lower case.
var (
	placeholders = wordSet(`
		<media omitted>|<medien ausgeschlossen>|<multimedia omitido>|<mídia oculta>|<arquivo de mídia oculto>
		<médias omis>|<media weggelaten>|<media omessi>|<video note omitted>
		image omitted|video omitted|audio omitted|sticker omitted|gif omitted|document omitted|contact card omitted|video note omitted
		bild weggelassen|video weggelassen|audio weggelassen|sticker weggelassen|gif weggelassen|dokument weggelassen|kontaktkarte ausgelassen
		imagen omitida|video omitido|audio omitido|sticker omitido|gif omitido|documento omitido|tarjeta de contacto omitida
		imagem ocultada|vídeo omitido|áudio ocultado|figurinha omitida
		image absente|vidéo absente|audio omis|sticker omis|document manquant
		afbeelding weggelaten|video weggelaten|audio weggelaten|sticker weggelaten|document weggelaten
		immagine omessa|video omesso|audio omesso|sticker non incluso|documento omesso`)

	deletions = wordSet(`
		this message was deleted|you deleted this message
		diese nachricht wurde gelöscht|du hast diese nachricht gelöscht
		se eliminó este mensaje|eliminaste este mensaje
		mensagem apagada|essa mensagem foi apagada|você apagou esta mensagem
		ce message a été supprimé|vous avez supprimé ce message
		dit bericht is verwijderd|je hebt dit bericht verwijderd
		questo messaggio è stato eliminato|hai eliminato questo messaggio`)

	attached = regexp.MustCompile(`(?i)^(?:<(?:attached|anhang|adjunto|pièce jointe|anexado|bijgevoegd|allegato) ?: [^<>]+>` +
		`|\S.*\.\w{1,5} \((?:file attached|datei angehängt|archivo adjunto|arquivo anexado|fichier joint|bestand bijgevoegd|file allegato)\))$`)

	edits = wordSet(`
		<this message was edited>|<diese nachricht wurde bearbeitet>|<se editó este mensaje>|<mensagem editada>
		<ce message a été modifié>|<dit bericht is bewerkt>|<questo messaggio è stato modificato>`)
)

func wordSet(s string) map[string]bool {
	set := make(map[string]bool)
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("|\n\t", r) }) {
		set[word] = true
	}
	return set
}

func isBlank(r rune) bool { return isMark(r) || unicode.IsSpace(r) }

func isMedia(s string) bool {
	s = strings.TrimFunc(s, isBlank)
	if len(s) == 0 || len(s) > 300 {
		return false
	}
	last := s[len(s)-1]
	return placeholders[strings.ToLower(s)] || (last == '>' || last == ')') && attached.MatchString(s)
}

func isDeleted(s string) bool {
	s = strings.ToLower(strings.TrimFunc(s, isBlank))
	return deletions[strings.TrimSuffix(s, ".")] || strings.HasPrefix(s, "this message was deleted by admin ")
}

// isNotice knows the notice that iOS writes in the group's name.
func isNotice(s string) bool {
	return strings.HasPrefix(s, "Messages ") && strings.Contains(s, "end-to-end encrypt") && !strings.Contains(s, "\n")
}

func cutEdited(s string) string {
	trimmed := strings.TrimRightFunc(s, isBlank)
	at := max(strings.LastIndexByte(trimmed, '<'), 0)
	if mark := strings.ToLower(trimmed[at:]); edits[strings.Replace(mark, ".>", ">", 1)] {
		return trimmed[:at]
	}
	return s
}

// cutMedia takes a placeholder out of a text and leaves its caption. The
// placeholder is the first line or, on iOS, the end of the last one behind a
// left-to-right mark, where the name of a document may come before it.
func cutMedia(s string) (text string, found bool) {
	first, caption, _ := strings.Cut(s, "\n")
	if isMedia(first) {
		return caption, true
	}
	if at := strings.LastIndex(s, "\u200E"); at > 0 && isMedia(s[at:]) {
		line := strings.LastIndex(s[:at], "\n") + 1
		if strings.Contains(s[line:at], " • ") {
			at = line
		}
		return s[:at], true
	}
	return s, false
}
