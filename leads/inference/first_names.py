"""Given names and surnames common in Brazil, Hispanic America, Spain and the English-speaking world.

They tell a person's name from any other short text where a form gives its fields no telling names.
"""

from leads.inference.words import plain, word_set

_TITLES = word_set("dr dra sr sra mr mrs ms")
# Without accents, as plain words are
_NAMES = word_set(
    """
    abel abner ada adailton adalberto adalgisa adao adela adelaide adelia ademar ademir adilson
    adolfo adonis adrian adriana adriano adriel afonso agatha agenor agnaldo agnes agostinho agustin
    agustina aida ailton aires aitor alan alana alba alberta albertina alberto alcides alda aldair
    aldo alejandra alejandro alejo alessandra alessandro alex alexa alexandra alexandre alexis
    alfonso alfredo alice alicia aline alisson allan almir aloisio alonso alvaro alzira amadeu
    amalia amanda amaro amaury amelia amparo amy ana anabel analia anastacia anderson andre andrea
    andreia andres andressa andrew andrey angel angela angelica angelina angelo anibal anita anna
    anne anselmo anthony antonella antonia antonieta antonio aparecida ariana ariane ariel arlete
    arlindo armando arnaldo artemio arthur artur arturo ashley athos augusto aurea aurelio aurora
    avelino ayrton baltazar barbara bartolomeu basilio beatrice beatriz begona belinda belmiro
    benedita benedito benicia benicio benito benjamin bento bernadete bernarda bernardo berta
    betania beto bia bianca blanca boris brad bradley brandon braulio brenda breno brian brigida
    brigitte brittany bruna bruno bryan caetano caio caique camila camilla camilo candida candido
    carina carl carla carlos carlota carmelo carmen carmo carol carolina caroline cassandra cassia
    cassiana cassiano cassio catalina catarina catherine caua cauan cecilia celeste celestino celia
    celina celso cesar cesario chad charles charlotte cheryl chloe chris christian christina
    christopher cibele cicero cida cindy cintia clara clarice clarissa claudemir claudete claudia
    claudine claudinei claudio clayton cleber cleide cleiton clelia clemente cleusa clotilde clovis
    colin conceicao concepcion connor conrado constanza consuelo corina cristal cristian cristiane
    cristiano cristina cristobal cynthia cyntia dagmar dagoberto daiana daiane dalila dalva damaris
    damian damiana daniel daniela daniele danilo darci darcy dario darlan davi david dayana dayane
    dean debora deborah deise dejair delfina delia delma demetrio denilson denis denise derek
    desmond diana diego dilma dilson dimas dinah diogo dirce diva divino djalma dolores domingas
    domingo domingos donald donato dora doris doroteia douglas duarte dulce dylan eder edgar edgard
    edilene edilson edimilson edina edite edith edivaldo edmar edmilson edmundo edna edson eduarda
    eduardo edvaldo edward efigenia efrain eladio elaine elena eleonora eli eliakim eliana eliandra
    eliane elias elida eliel eliete elis elisa eliseu elizabete elizabeth elizete ellen elma elmer
    eloa eloi eloisa elsa elton elvira elza emanuel emanuela emerson emilia emiliana emiliano emilio
    emily emma eneas enedina eneida enio enoque enrique enzo epifanio erasmo eriberto eric erica
    erick ericka erika ernani ernestina ernesto esmeralda esperanza esteban estefania estela ester
    estevao esther ethan eugenia eugenio eulalia eunice euridice eusebio eva evaldo evandro evaristo
    evelin evelina evelyn everton ezequiel fabiana fabiano fabio fabiola fabricio fatima fausto
    federica federico felicia feliciano felipe felix fermin fernanda fernando fidel filipe filomena
    firmino flavia flavio flora florencia floriano fran frances franciele francielle francisca
    francisco franco frank franklin fred freddy frederico gabino gabriel gabriela gabrielle gaspar
    gavin gemma genaro genesio genival george geovana geovani geovanna geraldina geraldo gerardo
    germano geronimo gertrudes gervasio getulio gil gilberto gilda gilmar gilson gilvan gina giovana
    giovane giovani giovanna gisele gislaine giulia gizele glaucia glauco gleice gleidson glenda
    gloria gonzalo graca grace graciela graziela grazielle greg gregorio gregory greta griselda
    guadalupe guido guilherme guillermo guiomar gumercindo gustavo hannah harold haroldo harriet
    harry heather hebe heber hector heidi heinrich heitor helena heleno helio heloisa henrique henry
    hercules heriberto hermes herminia hernan hernani hilario hilda holly homero honorio horacio
    hortencia hugo humberto iago ian iara icaro ignacia ignacio igor ilda ilma ilza imaculada inacia
    inacio indira ines ingrid inocencio iolanda iracema iracy iran irene irineu iris irma isaac
    isabel isabela isabella isadora isaias isaura isis ismael israel itamar iuri ivan ivana ivani
    ivete ivo ivone ivonete izabel izabela izaura jacinta jacinto jacira jack jackson jacob
    jacqueline jacques jader jailson jaime jair jaires jairo james jamie jamile janaina jane janete
    janice jaqueline jasmin jasmine jason javier jayme jean jeff jefferson jennifer jeremias
    jeronimo jerry jessica jessie jesus jill jim jimena joan joana joanne joao joaquim joaquin
    joaquina jocelyn joe joel joelma john joice jon jonas jonatas jonathan jordan jorge jorgina
    josafa jose josefa josefina joseph joshua josiane josias josilene josimar josue joyce juan juana
    jucara judite judith julia julian juliana juliano julieta juliete julio julita julius juraci
    jurandir juscelino jussara justin justina justino kaique kamila karen karin karina karine karla
    karol kassia katarina kate katherine kathleen kathryn katia katie kauan kauane kaue keila keith
    kelly kelvin ken kenia kennedy kenneth kevin kim kleber kristin kyle laercio laerte laila lais
    lara larissa larry laura laurent lauro lautaro lavinia lazaro leandro leda leila leocadia
    leonard leonardo leonidas leonor leopoldo lesley leslie leticia levi lia liam lidia lidiane
    ligia lilian liliana lincoln linda lindalva lino lisa livia livio lizete logan loren lorena
    lorenzo lorraine lorrane lourdes luana lucas lucca lucelia lucia luciana luciano lucila lucilia
    lucimar lucineia lucio lucrecia lucy ludmila luiggi luigi luis luisa luiz luiza luna luz lyndon
    mabel macarena madalena mafalda magali magda magno maicon maira maite malcolm malena manfredo
    manoel manoela manuel manuela mara marcela marcelo marcia marcio marco marcos marcus margaret
    margarita maria mariana mariane mariano maribel maricel mariela marieta marilda marilena
    marilene marilia marilu marilza marina marino mario marion marisa maristela marivaldo marjorie
    mark marlene marlon marly marta martha martim martin martina martinho mary mateo mateus matheus
    mathias mathilde matias matilde matt matthew matthias maura mauriceia mauricia mauricio mauro
    max maxim maximiliano maximo maxwell maya mayara mayra megan meire melina melinda melissa melvin
    mercedes mercia messias mia micael micaela michael michele michelle miguel milagros milena
    milton mirela mirella mireya miriam mirta mirtes moacir modesto moema mohamed mohammed moises
    monalisa monica monique morgan murilo nadia nadir nair nancy napoleao nara narciso natalia
    nataly natan natanael natasha nathalia nathan nazare neide neil neila neiva nelci neli nelia
    nelly nelson nereu nestor neusa neuza newton nicanor nice nicholas nico nicolas nicole nilda
    nilma nilson nilton nilza nivaldo noah noe noel noelia noemi noemia nora norberto norma norman
    normando octavio odair odete odilon olavo olegario olga olimpia olinda oliver olivia olivier
    omar ondina oriana oriol orlanda orlando oscar osmar osni osvaldo oswaldo otavio otto ovidio
    pablo paloma pamela paola pascoal pascual patricia patricio patrick patrizia paul paula paulina
    pauline paulo paz pearl pedro penelope percival perla perpetua peter philip phillip pietra
    pietro pilar pio plinio polliana porfirio preston priscila priscilla priya quiteria rachel
    rafael rafaela raimundo raissa ralph ramiro ramon ramona randall raphael raphaela raquel raul
    rayane raymond rebeca rebecca regina reginaldo regis reinaldo remedios renan renata renato renzo
    ria ricarda ricardo richard ricky rildo rita robert roberta roberto roberval robson rocco rocio
    rodney rodolfo rodrigo rogelio roger rogerio rolando roman romeu romilda romina romualdo romulo
    ronald ronaldo ronan roni ronny roque rosa rosalia rosalina rosalinda rosana rosangela rosario
    rose roseli rosemary rosemeire rosilene rosimeire rossana rowan roy rozana rubem ruben rubens
    rudolf rui rupert russell ruth ryan sabino sabrina salete salomao salome salvador samanta
    samantha samara samir samuel sandra sandro santa santiago santino santos sara sarah saul saulo
    scott sean sebastian sebastiana sebastiao selena selma serafim serena sergio severina severino
    sharon shauna shawn sheila shirley sidnei sidney sigfrido silas silmara silvana silvano silverio
    silvia silvio simao simon simona simone sixto socorro sofia solange soledad solon sonia sophia
    sophie soraia soraya spencer stefan stefani stefany stella stephanie stephen steve steven stuart
    suelen sueli suely sulamita susan susana suzana suzane sylvia tabata tadeu taina tainara taisa
    talita talles tamara tamika tamires tania tarcisio tarsila tasso tatiana tatiane taylor telma
    teo teodora teodoro terence teresa tereza terezinha terry tessa thais thales thayna theo
    theodore thereza thiago thiane thomas tiago tim timothy tobias todd toledo tom tomas toni tonia
    tony tracy travis trevor tristan tulio tyler ubirajara ulises ulisses ulysses urbano ursula
    valdeci valdemar valdete valdinei valdir valentin valentina valentino valeria valeska valmir
    valter vanda vanderlei vanessa vania vasco velma venancio vera veronica vicenta vicente vicky
    victor victoria vilma vilmar vinicius violeta virgilio virginia virginio vitor vitoria vivian
    viviana viviane vladimir wagner waldemar waldir wallace walmir walter wanda wanderson washington
    wellington wendel wendell wendy wesley wilfredo wilian william willian willy wilma wilmar wilson
    winston xavier ximena yago yara yasmin yolanda yuri yvonne zacarias zaira zelia zenaide zilda
    zoe zoraide zuleica zuleide zulmira
    """
)

_SURNAMES = word_set(
    """
    acosta aguiar aguilar albuquerque alencar almeida alonso alvarado alvarez alves amaral amorim
    andrade antunes aragao araujo arruda assis assuncao avila azevedo bandeira baptista barbosa
    barreto barros bastos batista benitez bezerra bittencourt borba borges botelho braga brandao
    brito bueno cabral cabrera caldas calderon camacho camargo campos cano cardenas cardoso carmona
    carneiro carrasco carrillo carvalho castillo castro cavalcante cavalcanti chaves coelho
    contreras cordeiro correa correia cortes costa coutinho couto cruz cunha dantas delgado dias
    diaz diniz domingues dominguez duarte dutra escobar espinosa espinoza esteves estrada
    evangelista falcao farias fernandes fernandez ferrari ferraz ferreira figueira figueiredo flores
    fonseca fontes fontoura franca franco freire freitas fuentes furtado gallego gallo galvao garcia
    garrido gimenez godoy goes gomes gomez goncalves gonzaga gonzalez goulart gouveia guedes guerra
    guerrero guimaraes gutierrez henriques hernandez herrera hidalgo ibanez iglesias jardim jimenez
    johnson jones junqueira lacerda leal leao leite lemos leon lima linhares lins lira lobato lobo
    lopes lopez loureiro lozano lucena luna macedo machado maciel magalhaes maia maldonado mancini
    marin marinho marques marquez martinez martins mascarenhas matos mattos medeiros medina meireles
    mello melo mendes mendez mendonca menezes mesquita miller molina monteiro montenegro montes mora
    moraes morais morales moran moreira moreno morgan moura mourao muller munhoz muniz munoz
    nascimento navarro neves nobre nogueira novaes novak nunes nunez oliveira ortega ortiz pacheco
    padilha paes paiva palacios paredes parra paz pedrosa peixoto pena peralta pereira perez pessoa
    pimenta pimentel pinheiro pinto pires porto prado prates queiroz quintana quintela quintero
    ramires ramirez ramos rangel rebelo rego reis resende reyes rezende ribas ribeiro rios rivas
    rivera rocha rodrigues rodriguez rojas romero rosario rossi ruiz sabino salazar saldanha sales
    salgado salinas sampaio sanchez sanders sandoval santana santiago santos saraiva schmidt
    schneider seixas serra serrano silva silveira simoes siqueira smith soares sobral solis soto
    sousa souza suarez suzuki tanaka tavares taylor teixeira teles telles thompson toledo torres
    trindade urbina valdez valencia valente valle vargas vasconcelos vasquez vaz vazquez vega
    velasco velasquez veloso ventura viana vidal vieira vilela villa walker white williams wilson
    xavier yamamoto zamora zapata
    """
)


def is_first_name(text: str) -> bool:
    """Whether the first word of a short text is a given name, or the last of several a surname; a title such
    as Dr. stands aside."""
    words = [word for word in plain(text).split() if word not in _TITLES]
    return 0 < len(words) <= 7 and (words[0] in _NAMES or (len(words) > 1 and words[-1] in _SURNAMES))
